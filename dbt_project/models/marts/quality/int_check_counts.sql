with

outcomes as (

    select * from {{ ref('int_check_outcomes') }}
    where
        period_type = 'month'
        and share is not null

),

settings as (

    select * from {{ ref('int_settings') }}

),

counted as (

    select
        check_id,
        source_id,
        team_code,
        cast(sum(n_applicable) as bigint) as n_applicable,
        cast(sum(n_hit) as bigint) as n_hit
    from outcomes
    group by check_id, source_id, team_code

)

select
    counted.check_id,
    counted.source_id,
    counted.team_code,
    settings.as_of as counted_on,
    counted.n_applicable,
    counted.n_hit
from counted
cross join settings
