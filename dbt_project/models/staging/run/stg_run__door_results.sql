with

source as (

    select * from {{ source('run', 'door_results') }}

)

select
    check_id,
    source_id,
    column_name,
    n_applicable,
    n_hit,
    state
from source
