with

source as (

    select * from {{ source('run', 'sources') }}

)

select
    source_id,
    source_name,
    table_name,
    state,
    data_as_of,
    held_by_check
from source
