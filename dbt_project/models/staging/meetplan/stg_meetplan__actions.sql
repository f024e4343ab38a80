with

source as (

    select * from {{ source('meetplan', 'actions') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    service_code,
    team_code,
    moment_on,
    kpi_id,
    action_nl,
    owner_nl,
    due_on,
    status_code
from source
where reject_reason is null
