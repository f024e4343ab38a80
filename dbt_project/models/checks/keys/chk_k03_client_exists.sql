with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        source_name = 'ecd'
        and table_name <> 'clients'
        and is_main_date
        and not is_rejected
        and client_id is not null

),

clients as (

    select * from {{ ref('int_clients') }}

)

select
    registrations.source_name,
    registrations.table_name,
    'client_id' as column_name,
    registrations.record_ref,
    registrations.source_id,
    registrations.team_code,
    registrations.service_code,
    coalesce(registrations.happened_on, registrations.recorded_on) as occurred_on,
    registrations.client_id,
    registrations.trajectory_id,
    registrations.worker_id,
    registrations.response_id,
    clients.client_id is null as is_hit
from registrations
left join clients on registrations.client_id = clients.client_id
