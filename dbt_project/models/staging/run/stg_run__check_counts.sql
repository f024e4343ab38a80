with

source as (

    select * from {{ source('run', 'check_counts') }}

)

select
    check_id,
    source_id,
    team_code,
    counted_on,
    n_applicable,
    n_hit
from source
