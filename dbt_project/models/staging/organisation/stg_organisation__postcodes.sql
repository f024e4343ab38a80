with

source as (

    select * from {{ source('organisation', 'postcodes') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    postcode,
    buurt_code,
    division_year
from source
where reject_reason is null
