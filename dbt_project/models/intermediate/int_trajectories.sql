with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

once as (

    select
        trajectory_id,
        client_id,
        service_code,
        team_code,
        commissioner_code,
        intake_on,
        started_on,
        ended_on,
        end_reason_code,
        complexity_code
    from trajectories
    where trajectory_id is not null
    qualify row_number() over (partition by trajectory_id order by source_id, record_ref) = 1

)

select
    once.trajectory_id,
    once.client_id,
    {{ unknown('once.service_code') }} as service_code,
    {{ unknown('once.team_code') }} as team_code,
    {{ unknown('once.commissioner_code') }} as commissioner_code,
    {{ unknown('clients.region_code') }} as region_code,
    clients.birth_year,
    once.intake_on,
    once.started_on,
    once.ended_on,
    once.end_reason_code,
    {{ unknown('once.complexity_code') }} as complexity_code
from once
left join clients on once.client_id = clients.client_id
