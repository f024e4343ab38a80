with

registrations as (

    select * from {{ ref('int_registrations') }}
    where is_main_date

)

-- A rejected row is left out as a whole, so it touches every figure that reads its table.
select
    source_name,
    table_name,
    '*' as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    coalesce(happened_on, recorded_on) as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    response_id,
    is_rejected as is_hit
from registrations
