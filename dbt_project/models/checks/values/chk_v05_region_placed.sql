with

clients as (

    select * from {{ ref('int_client_regions') }}
    where is_placed is not null

)

select
    'ecd' as source_name,
    'clients' as table_name,
    'buurt_code' as column_name,
    record_ref,
    source_id,
    {{ not_applicable() }} as team_code,
    {{ not_applicable() }} as service_code,
    coalesce(registered_on, recorded_on) as occurred_on,
    client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    not is_placed as is_hit
from clients
