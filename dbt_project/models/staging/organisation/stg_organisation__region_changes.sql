with

source as (

    select * from {{ source('organisation', 'region_changes') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    from_code,
    from_year,
    to_code,
    to_year,
    kind
from source
where reject_reason is null
