{#- A title for comparison: lower case, no spaces around, single spaces within. -#}
{% macro normalised_title(column) -%}
    {{ return(adapter.dispatch('normalised_title', 'impactkompas')(column)) }}
{%- endmacro %}

{% macro default__normalised_title(column) -%}
    {{ exceptions.raise_compiler_error("normalised_title has no body for " ~ target.type) }}
{%- endmacro %}

{% macro duckdb__normalised_title(column) -%}
    lower(trim(regexp_replace({{ column }}, '\s+', ' ', 'g')))
{%- endmacro %}

{% macro spark__normalised_title(column) -%}
    lower(trim(regexp_replace({{ column }}, '\\s+', ' ')))
{%- endmacro %}
