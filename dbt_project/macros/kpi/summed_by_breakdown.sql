{#-
    Count every subject once per period and breakdown, then add.

    relation      placed observations: id_columns, subject_key, per_subject, period_types,
                  per_age_band_only, <period>_start, is_counted_in_<period>, the breakdown keys
    id_columns    what tells one measure from another
    measures      column of the result -> column of the relation; PERIOD stands for the period type
    period_types, breakdown_names
                  which of them, when not all
    largest       measures of which the largest of one subject is given too, as largest_<measure>

    Two stages per breakdown, since distinct counting in grouping sets costs three times the time
    and ten times the memory.
-#}
{% macro summed_by_breakdown(
    relation, id_columns, measures, period_types=['year', 'quarter', 'month'], breakdown_names=none,
    largest=[]
) -%}
    {%- set ids = id_columns | join(', ') -%}
    {%- for period_type in period_types -%}
    {%- set outer_last = loop.last -%}
    {%- for breakdown in breakdown_names or breakdowns() %}
    {%- set keys = breakdowns()[breakdown] %}
    select
        {{ ids }},
        '{{ period_type }}' as period_type,
        period_start,
        '{{ breakdown }}' as breakdown,
        {%- for column in slice_columns() %}
        {%- if column == 'region_code' and 'municipality_code' in keys %}
        municipality_code as region_code,
        {%- elif column == 'region_code' and 'wijk_code' in keys %}
        wijk_code as region_code,
        {%- elif column in keys %}
        {{ column }},
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endif %}
        {%- endfor %}
        {{ (keys or ["''"]) | join(" || '|' || ") }} as slice_key,
        {%- for name in measures %}
        cast(sum({{ name }}) as decimal(28, 4)) as {{ name }},
        {%- endfor %}
        {%- for name in largest %}
        cast(max({{ name }}) as decimal(28, 4)) as largest_{{ name }},
        {%- endfor %}
        cast(count(*) as bigint) as subject_count
    from (
        select
            {{ ids }},
            subject_key,
            {{ period_type }}_start as period_start,
            {%- for key in keys %}
            {{ key }},
            {%- endfor %}
            {%- for name, column in measures.items() %}
            {%- set column = column | replace('PERIOD', period_type) %}
            case when min(per_subject) = 'sum' then sum({{ column }}) else max({{ column }}) end
                as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
        where
            is_counted_in_{{ period_type }}
            {%- if breakdown != 'age_band' %}
            and not per_age_band_only
            {%- endif %}
            {%- for key in keys %}
            and {{ key }} is not null
            {%- endfor %}
        group by {{ ids }}, subject_key, {{ period_type }}_start
        {%- for key in keys %}, {{ key }}{% endfor %}
    ) as per_subject_once
    group by {{ ids }}, period_start
    {%- for key in keys %}, {{ key }}{% endfor %}
    {% if not (outer_last and loop.last) -%} union all {%- endif %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
