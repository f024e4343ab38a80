with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}
    where
        contact_on is not null
        and minutes is not null

),

per_month as (

    select
        source_id,
        {{ unknown('team_code') }} as team_code,
        {{ month_of('contact_on') }} as month_start,
        count(*) as n_applicable,
        sum(case when minutes in (30, 60) then 1 else 0 end) as n_hit
    from contacts
    group by source_id, {{ unknown('team_code') }}, {{ month_of('contact_on') }}

),

slices as (

    {% for team_code in ['team_code', "'*'"] %}
    {% set outer_last = loop.last %}
    {% for period_type in ['month', 'year'] %}
    select
        source_id,
        {{ team_code }} as team_code,
        '{{ period_type }}' as period_type,
        cast({{ dbt.date_trunc(period_type, 'month_start') }} as date) as period_start,
        cast(sum(n_applicable) as bigint) as n_applicable,
        cast(sum(n_hit) as bigint) as n_hit
    from per_month
    group by
        source_id,
        {{ 'team_code,' if team_code == 'team_code' }}
        cast({{ dbt.date_trunc(period_type, 'month_start') }} as date)
    {% if not (outer_last and loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}

)

select
    'ecd' as source_name,
    'contacts' as table_name,
    'minutes' as column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    n_applicable,
    n_hit,
    cast(cast(n_hit as double) / n_applicable as decimal(18, 4)) as measure
from slices
