with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where service_code is not null

),

code_periods as (

    select * from {{ ref('int_code_periods') }}
    where list_name = 'werksoort'

),

code_list as (

    select count(*) as codes
    from code_periods

),

dated as (

    select
        record_ref,
        source_id,
        team_code,
        service_code,
        coalesce(started_on, intake_on, recorded_on) as occurred_on,
        {{ year_of('coalesce(started_on, intake_on, recorded_on)') }} as occurred_in,
        client_id,
        trajectory_id,
        worker_id
    from trajectories

),

services_of_teams as (

    select
        team_code,
        occurred_in,
        service_code,
        count(*) as trajectories,
        sum(count(*)) over (partition by team_code, occurred_in) as all_trajectories
    from dated
    where team_code is not null
    group by team_code, occurred_in, service_code

),

teams as (

    select
        team_code,
        occurred_in
    from services_of_teams
    group by team_code, occurred_in

),

-- New to the team and under 5 % of its work: more than that is no slip but a change (D03).
strange_services as (

    select
        this_year.team_code,
        this_year.occurred_in,
        this_year.service_code
    from services_of_teams as this_year
    inner join teams as teams_before
        on
            this_year.team_code = teams_before.team_code
            and this_year.occurred_in - 1 = teams_before.occurred_in
    left join services_of_teams as year_before
        on
            this_year.team_code = year_before.team_code
            and this_year.service_code = year_before.service_code
            and this_year.occurred_in - 1 = year_before.occurred_in
    where
        year_before.service_code is null
        and 20 * this_year.trajectories < this_year.all_trajectories

)

select
    'ecd' as source_name,
    'trajectories' as table_name,
    'service_code' as column_name,
    dated.record_ref,
    dated.source_id,
    dated.team_code,
    dated.service_code,
    dated.occurred_on,
    dated.client_id,
    dated.trajectory_id,
    dated.worker_id,
    {{ not_applicable() }} as response_id,
    (code_list.codes > 0 and code_periods.code is null)
    or strange_services.service_code is not null as is_hit
from dated
cross join code_list
left join code_periods
    on
        dated.service_code = code_periods.code
        and dated.occurred_on between code_periods.valid_from and code_periods.valid_until
left join strange_services
    on
        dated.team_code = strange_services.team_code
        and dated.occurred_in = strange_services.occurred_in
        and dated.service_code = strange_services.service_code
