with

source as (

    select * from {{ source('meetplan', 'instruments') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    instrument_id,
    instrument_version,
    dimension_code,
    name_nl,
    sort_order,
    scale_min,
    scale_max,
    better,
    source_nl
from source
where reject_reason is null
