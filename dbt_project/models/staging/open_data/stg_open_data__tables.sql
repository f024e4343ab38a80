with

source as (

    select * from {{ source('open_data', 'tables') }}

)

select
    table_id,
    title,
    catalog,
    source_name,
    modified_on,
    retrieved_on,
    origin
from source
