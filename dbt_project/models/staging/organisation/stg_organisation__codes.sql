with

source as (

    select * from {{ source('organisation', 'codes') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    list_name,
    code,
    label_nl,
    valid_from,
    valid_until
from source
where reject_reason is null
