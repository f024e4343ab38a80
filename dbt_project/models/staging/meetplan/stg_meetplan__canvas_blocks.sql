with

source as (

    select * from {{ source('meetplan', 'canvas_blocks') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    service_code,
    block_code,
    text_nl
from source
where reject_reason is null
