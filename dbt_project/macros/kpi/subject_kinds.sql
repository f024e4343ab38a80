{#- The kinds of subject that a registration can be about, nearest first -> its subject key. -#}
{% macro subject_kinds() -%}
    {{ return({
        'trajectory': "'trajectory:' || trajectory_id",
        'response': "'response:' || source_id || ':' || response_id",
        'client': 'client_id',
        'worker': 'worker_id',
    }) }}
{%- endmacro %}

{#- The rank of the kind of a subject key; last for subjects that no registration points at. -#}
{% macro subject_rank(column) -%}
    case
        {%- for kind in subject_kinds() %}
        when {{ column }} like '{{ kind }}:%' then {{ loop.index }}
        {%- endfor %}
        else {{ subject_kinds() | length + 1 }}
    end
{%- endmacro %}
