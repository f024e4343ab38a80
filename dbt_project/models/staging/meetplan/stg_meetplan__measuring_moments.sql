with

source as (

    select * from {{ source('meetplan', 'measuring_moments') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    measurement_code,
    moment_on,
    kind_code
from source
where reject_reason is null
