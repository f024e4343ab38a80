{#-
    The code that a region has in the newest division, or null: its successor when it changed,
    itself when it is listed there. Without any national list a code stays as it was given.
-#}
{% macro current_region(code, change, listed, newest) -%}
    case
        when {{ newest }}.division_year is null then {{ code }}
        when {{ change }}.region_code is not null then {{ change }}.successor_code
        else {{ listed }}.region_code
    end
{%- endmacro %}

{#-
    Whether this change (a row of int_region_successors) is the one of a code of a division year.
    Of a code without year that is not listed any more it is the last.
-#}
{% macro is_change_of(change, code, division_year, listed) -%}
    {{ change }}.region_code = {{ code }}
    and coalesce(
        {{ division_year }} between {{ change }}.first_year and {{ change }}.last_year,
        {{ change }}.is_last and {{ listed }}.region_code is null
    )
{%- endmacro %}
