with

waivers as (

    select * from {{ ref('stg_run__waivers') }}

)

select
    check_id,
    source_id,
    team_code,
    reason_nl,
    person_name,
    valid_until
from waivers
