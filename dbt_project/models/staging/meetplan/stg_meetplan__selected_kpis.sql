with

source as (

    select * from {{ source('meetplan', 'selected_kpis') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    measurement_code,
    kpi_id,
    audience,
    desired_direction,
    target_value,
    target_on
from source
where reject_reason is null
