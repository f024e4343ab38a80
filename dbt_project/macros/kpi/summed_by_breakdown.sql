{#-
    Count every subject once per period and breakdown, then add.

    relation      placed observations: id_columns, subject_key, per_subject, per_age_band_only,
                  <period>_start, is_counted_in_<period>, the breakdown keys
    id_columns    what tells one measure from another
    measures      column of the result -> column of the relation; PERIOD stands for the period type
    period_types, breakdown_names
                  which of them, when not all
    largest       measures of which the largest of one subject is given too, as largest_<measure>
    where         which observations, when not all

    Nearly every subject has one profile in a period: one value of every breakdown key. It counts
    once in every breakdown, so one pass per period type reduces subjects, however many breakdowns
    there are. Only who has more profiles is reduced again for every breakdown.
-#}
{% macro summed_by_breakdown(
    relation, id_columns, measures, period_types=['year', 'quarter', 'month'], breakdown_names=none,
    largest=[], where='true'
) -%}
    {%- set chosen = breakdown_names or breakdowns() | list -%}
    {%- set keys = [] -%}
    {%- for breakdown in chosen -%}
        {%- do keys.extend(breakdowns()[breakdown] | reject('in', keys)) -%}
    {%- endfor -%}
    {%- set ids = id_columns + ['per_age_band_only'] -%}
with

profiles as (

    select
        {{ keys | join(', ') }},
        row_number() over (order by {{ keys | join(', ') }}) as profile_nr
    from {{ relation }}
    where {{ where }}
    group by {{ keys | join(', ') }}

),

{% for period_type in period_types %}
{{ period_type }}_subjects as (

    {% for aggregate, operator in [('sum', '='), ('max', '<>')] %}
    select
        {%- for column in ids + ['subject_key', period_type ~ '_start'] %}
        observations.{{ column }},
        {%- endfor %}
        {%- for name, column in measures.items() %}
        {{ aggregate }}({{ column | replace('PERIOD', period_type) }}) as {{ name }},
        {%- endfor %}
        min(profiles.profile_nr) as profile_nr,
        max(profiles.profile_nr) as last_profile_nr
    from {{ relation }} as observations
    inner join profiles
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first -}}
            observations.{{ key }} is not distinct from profiles.{{ key }}
            {%- endfor %}
    where
        {{ where }}
        and observations.is_counted_in_{{ period_type }}
        and observations.per_subject {{ operator }} 'sum'
    group by
        {%- for column in ids + ['subject_key', period_type ~ '_start'] %}
        observations.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The first key of who has one profile is that profile, of who has more it is the subject.
{{ period_type }}_profiles as (

    select
        {{ ids | join(', ') }},
        {{ period_type }}_start,
        case when profile_nr = last_profile_nr then profile_nr end as profile_nr,
        case when profile_nr <> last_profile_nr then subject_key end as subject_key,
        {%- for name in measures %}
        sum({{ name }}) as {{ name }},
        {%- endfor %}
        {%- for name in largest %}
        max({{ name }}) as largest_{{ name }},
        {%- endfor %}
        count(*) as subject_count
    from {{ period_type }}_subjects
    group by
        {{ ids | join(', ') }},
        {{ period_type }}_start,
        case when profile_nr = last_profile_nr then profile_nr end,
        case when profile_nr <> last_profile_nr then subject_key end

),

{{ period_type }}_roamers as (

    select
        {{ ids | join(', ') }},
        subject_key,
        {{ period_type }}_start
    from {{ period_type }}_profiles
    where subject_key is not null

),
{% endfor %}

of_one_profile as (

    {% for period_type in period_types %}
    select
        {%- for column in ids %}
        counted.{{ column }},
        {%- endfor %}
        '{{ period_type }}' as period_type,
        counted.{{ period_type }}_start as period_start,
        {%- for key in keys %}
        profiles.{{ key }},
        {%- endfor %}
        {%- for name in measures %}
        counted.{{ name }},
        {%- endfor %}
        {%- for name in largest %}
        counted.largest_{{ name }},
        {%- endfor %}
        counted.subject_count
    from {{ period_type }}_profiles as counted
    inner join profiles on counted.profile_nr = profiles.profile_nr
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

of_more_profiles as (

    {% for period_type in period_types %}
    select
        {%- for column in ids + ['subject_key', 'per_subject'] + keys %}
        observations.{{ column }},
        {%- endfor %}
        '{{ period_type }}' as period_type,
        observations.{{ period_type }}_start as period_start,
        {%- for name, column in measures.items() %}
        {{ column | replace('PERIOD', period_type) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }} as observations
    inner join {{ period_type }}_roamers as roamers
        on
            {%- for column in ids + ['subject_key', period_type ~ '_start'] %}
            {{ 'and ' if not loop.first }}observations.{{ column }} = roamers.{{ column }}
            {%- endfor %}
    where
        {{ where }}
        and observations.is_counted_in_{{ period_type }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{% for breakdown in chosen %}
{%- set kept = breakdowns()[breakdown] -%}
{%- set kept_columns = ids + ['period_type', 'period_start'] + kept -%}
{{ breakdown }}_parts as (

    select
        {{ kept_columns | join(', ') }},
        {%- for name in measures %}
        {{ name }},
        {%- endfor %}
        {%- for name in largest %}
        largest_{{ name }},
        {%- endfor %}
        subject_count
    from of_one_profile
    union all
    select
        {{ kept_columns | join(', ') }},
        {%- for name in measures %}
        case when min(per_subject) = 'sum' then sum({{ name }}) else max({{ name }}) end
            as {{ name }},
        {%- endfor %}
        {%- for name in largest %}
        case when min(per_subject) = 'sum' then sum({{ name }}) else max({{ name }}) end
            as largest_{{ name }},
        {%- endfor %}
        1 as subject_count
    from of_more_profiles
    group by {{ (kept_columns + ['subject_key']) | join(', ') }}

){{ ',' if not loop.last }}

{% endfor %}

{%- for breakdown in chosen %}
{%- set kept = breakdowns()[breakdown] %}
select
    {%- for column in id_columns + ['period_type', 'period_start'] %}
    {{ column }},
    {%- endfor %}
    '{{ breakdown }}' as breakdown,
    {%- for column in slice_columns() %}
    {%- set key = {
        'region_code': kept | select('in', ['municipality_code', 'wijk_code']) | first,
    }.get(column, column) %}
    {{ key if key in kept else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as {{ column }},
    {%- endfor %}
    {{ (kept or ["''"]) | join(" || '|' || ") }} as slice_key,
    {%- for name in measures %}
    cast(sum({{ name }}) as decimal(28, 4)) as {{ name }},
    {%- endfor %}
    {%- for name in largest %}
    cast(max(largest_{{ name }}) as decimal(28, 4)) as largest_{{ name }},
    {%- endfor %}
    cast(sum(subject_count) as bigint) as subject_count
from {{ breakdown }}_parts
where
    {{ 'true' if breakdown == 'age_band' else 'not per_age_band_only' }}
    {%- for key in kept %}
    and {{ key }} is not null
    {%- endfor %}
group by {{ (id_columns + ['period_type', 'period_start'] + kept) | join(', ') }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
{%- endmacro %}
