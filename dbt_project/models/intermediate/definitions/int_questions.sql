with

built_in as (

    select * from {{ ref('questions') }}

),

imported as (

    select * from {{ ref('stg_definition__questions') }}

),

not_imported as (

    select
        built_in.questionnaire,
        built_in.question_id,
        built_in.life_domain_code,
        built_in.block_nl,
        built_in.text_nl,
        built_in.status,
        built_in.confidence,
        built_in.source,
        built_in.notes
    from built_in
    left join imported
        on
            built_in.questionnaire = imported.questionnaire
            and built_in.question_id = imported.question_id
    where imported.questionnaire is null

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
    '{{ var("definition_version") }}' as definition_version,
    false as is_imported
from not_imported
union all
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
    true as is_imported
from imported
