with

clients as (

    select * from {{ ref('int_client_regions') }}

)

select
    client_id,
    region_code,
    birth_year
from clients
where client_id is not null
-- The same person may be a client in more than one registration system.
qualify row_number() over (partition by client_id order by source_id, record_ref) = 1
