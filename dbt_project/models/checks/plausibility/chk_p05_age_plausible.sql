with

clients as (

    select * from {{ ref('stg_ecd__clients') }}
    where birth_year is not null

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

limits as (

    select * from {{ ref('int_service_limits') }}

),

placed as (

    select
        clients.record_ref,
        clients.source_id,
        trajectories.team_code,
        trajectories.service_code,
        coalesce(
            trajectories.started_on,
            trajectories.intake_on,
            clients.registered_on,
            clients.recorded_on
        ) as occurred_on,
        clients.birth_year,
        clients.client_id,
        trajectories.trajectory_id
    from clients
    left join trajectories on clients.client_id = trajectories.client_id

)

-- Only the year of birth is kept: somebody is this old at the end of the year, and perhaps a year
-- younger before. A hit is too young or too old either way.
select
    'ecd' as source_name,
    'clients' as table_name,
    'birth_year' as column_name,
    placed.record_ref,
    placed.source_id,
    placed.team_code,
    placed.service_code,
    placed.occurred_on,
    placed.client_id,
    placed.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    {{ year_of('placed.occurred_on') }} - placed.birth_year < coalesce(limits.youngest, 0)
    or {{ year_of('placed.occurred_on') }} - placed.birth_year - 1
    > coalesce(limits.oldest, 105) as is_hit
from placed
left join limits on placed.service_code = limits.service_code
where placed.occurred_on is not null
