with

projects as (

    select * from {{ ref('stg_organisation__projects') }}

)

select
    project_code,
    title as project_title,
    service_code,
    team_code,
    area_code,
    commissioner_code,
    started_on,
    ended_on
from projects
