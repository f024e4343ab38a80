with

source as (

    select * from {{ source('run', 'check_columns') }}

)

select
    check_id,
    source_name,
    table_name,
    column_name,
    moves
from source
