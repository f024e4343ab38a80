with

projects as (

    select * from {{ ref('stg_organisation__projects') }}

)

select
    project_code,
    service_code,
    team_code,
    area_code,
    commissioner_code,
    started_on,
    {{ all_titles('title', 'aliases') }} as all_titles
from projects
