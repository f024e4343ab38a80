with

waivers as (

    select * from {{ ref('stg_run__waivers') }}

)

select check_id
from waivers
where
    source_id is null
    and team_code is null
group by check_id
