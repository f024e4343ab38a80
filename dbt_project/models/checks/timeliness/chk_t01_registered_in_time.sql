with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        date_column in ('contact_on', 'started_on')
        and happened_on is not null
        and recorded_on is not null
        and not is_rejected

)

select
    source_name,
    table_name,
    date_column as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    happened_on as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    response_id,
    recorded_on > {{ dbt.dateadd('day', 14, 'happened_on') }} as is_hit
from registrations
