with

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

)

select
    check_id,
    name_nl,
    rule_nl,
    remedy_nl,
    owner,
    severity,
    measure_nl,
    cast(flag_threshold as decimal(18, 4)) as flag_threshold,
    cast(block_threshold as decimal(18, 4)) as block_threshold,
    floor_count,
    choice_nl
from catalogue
