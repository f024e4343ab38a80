{#- Key of a subject that is not a person, such as 'trajectory:123'; null when the id is null. -#}
{% macro subject_key(kind, column) -%}
    '{{ kind }}:' || {{ column }}
{%- endmacro %}
