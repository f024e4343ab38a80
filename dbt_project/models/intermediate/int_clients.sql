with

clients as (

    select * from {{ ref('stg_ecd__clients') }}

)

select
    client_id,
    coalesce(buurt_code, municipality_code, 'onbekend') as region_code,
    birth_year
from clients
where client_id is not null
-- The same person may be a client in more than one registration system.
qualify row_number() over (partition by client_id order by source_id, record_ref) = 1
