with

source as (

    select * from {{ source('open_data', 'tables') }}

)

select
    table_id,
    revision,
    title,
    catalog,
    source_name,
    licence,
    modified_on,
    retrieved_on,
    origin,
    record_count,
    revised_count
from source
