with

source as (

    select * from {{ source('run', 'check_catalogue') }}

)

select
    check_id,
    name_nl,
    rule_nl,
    remedy_nl,
    severity,
    flag_threshold,
    block_threshold,
    floor_count,
    bound,
    measure_nl,
    owner,
    choice_nl
from source
