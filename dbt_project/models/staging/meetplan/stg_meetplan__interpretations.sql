with

source as (

    select * from {{ source('meetplan', 'interpretations') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    service_code,
    area_code,
    moment_on,
    kpi_id,
    session_on,
    interpretation_nl,
    unexpected_nl,
    track_code,
    cos_part
from source
where reject_reason is null
