with

source as (

    select * from {{ source('definition', 'questions') }}

)

select
    questionnaire,
    question_id,
    life_domain_code,
    block_nl,
    text_nl,
    status,
    confidence,
    source,
    notes,
    definition_version,
    imported_on
from source
