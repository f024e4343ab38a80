{#- Every spelling of a project's title, for comparison: |title|alias|alias|, without spaces at the bars. -#}
{% macro all_titles(title, aliases) -%}
    replace(
        replace(
            '|' || {{ normalised_title(title ~ " || '|' || coalesce(" ~ aliases ~ ", '')") }} || '|',
            ' |',
            '|'
        ),
        '| ',
        '|'
    )
{%- endmacro %}
