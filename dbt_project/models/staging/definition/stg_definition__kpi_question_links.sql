with

source as (

    select * from {{ source('definition', 'kpi_question_links') }}

)

select
    kpi_id,
    questionnaire,
    question_id,
    is_deciding,
    source,
    definition_version,
    imported_on
from source
