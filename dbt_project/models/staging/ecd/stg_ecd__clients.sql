with

source as (

    select * from {{ source('ecd', 'clients') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    client_id,
    birth_year,
    buurt_code,
    municipality_code,
    postcode4,
    division_year,
    match_token,
    registered_on
from source
where reject_reason is null
