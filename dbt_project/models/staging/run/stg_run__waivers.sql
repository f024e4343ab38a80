with

source as (

    select * from {{ source('run', 'waivers') }}

)

select
    check_id,
    source_id,
    team_code,
    reason_nl,
    person_name,
    valid_until
from source
