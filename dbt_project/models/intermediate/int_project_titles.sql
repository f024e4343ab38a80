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
    replace(
        replace(
            '|' || {{ normalised_title("title || '|' || coalesce(aliases, '')") }} || '|',
            ' |',
            '|'
        ),
        '| ',
        '|'
    ) as all_titles
from projects
