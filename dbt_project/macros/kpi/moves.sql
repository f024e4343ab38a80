{#- To which parts of the work a registration with an error may move; see quality/catalogue.py. -#}
{% macro moving_dimensions() -%}
    {{ return({
        'service': ['service_code'],
        'team': ['team_code'],
        'region': ['municipality_code', 'wijk_code'],
        'age_band': ['age_band'],
        'commissioner': ['commissioner_code'],
        'rest': ['project_code', 'respondent_role', 'cultural_background'],
    }) }}
{%- endmacro %}

{#- The dimension that a key of a breakdown belongs to. -#}
{% macro dimension_of(key) -%}
    {%- for dimension, keys in moving_dimensions().items() if key in keys -%}
        {{ return(dimension) }}
    {%- endfor -%}
{%- endmacro %}

{#- The breakdown that has exactly these keys. -#}
{% macro breakdown_with(keys) -%}
    {%- for breakdown, own_keys in breakdowns().items() if own_keys == keys -%}
        {{ return(breakdown) }}
    {%- endfor -%}
{%- endmacro %}

{#- All that a registration with an error may do: the period, and the parts that a check can name. -#}
{% macro moves() -%}
    {{ return(['period'] + (moving_dimensions() | list | reject('equalto', 'rest') | list)) }}
{%- endmacro %}

{#- Every choice of these keys. -#}
{% macro kept_keys(keys) -%}
    {%- set found = [[]] -%}
    {%- for key in keys -%}
        {%- for kept in found | list -%}
            {%- do found.append(kept + [key]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#-
    The part of the work around a figure in which everything may belong to it: the same without the
    keys that `moves` says may differ. `what` is the breakdown or the slice_key of that part.
-#}
{% macro wider_slice(figures, moves, what) -%}
    case
        {%- for breakdown, keys in breakdowns().items() %}
        {%- for kept in kept_keys(keys) %}
        when
            {{ figures }}.breakdown = '{{ breakdown }}'
            {%- for key in keys %}
            and position('{{ dimension_of(key) }}' in {{ moves }})
            {{ '=' if key in kept else '>' }} 0
            {%- endfor %}
            then
                {% if what == 'breakdown' -%}
                '{{ breakdown_with(kept) }}'
                {%- elif kept == keys -%}
                {{ figures }}.slice_key
                {%- elif kept -%}
                {{ figures }}.
                {{- 'region_code' if dimension_of(kept[0]) == 'region' else kept[0] }}
                {%- else -%}
                ''
                {%- endif %}
        {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}

{#- What an observation may do, as one text; of what is left out no age or project is known. -#}
{% macro moves_text(moving, left_out) -%}
    {%- for move in moves() %}
    case
        when
            {{ moving }}.moves_{{ move }} = 1
            {%- if move in ['age_band', 'commissioner'] %}
            or {{ left_out }} = 1
            {%- endif %}
            then '{{ move }} '
        else ''
    end
    || {% endfor %}
    case when {{ left_out }} = 1 then 'rest' else '' end
{%- endmacro %}
