with

questions as (

    select * from {{ ref('int_questions') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

life_domains as (

    select * from {{ ref('life_domains') }}

),

kpi_ids as (

    select
        questionnaire,
        question_id,
        {{ dbt.listagg('kpi_id', "', '", 'order by kpi_id') }} as kpi_ids
    from links
    group by questionnaire, question_id

)

select
    questions.questionnaire,
    questions.question_id,
    questions.life_domain_code,
    life_domains.name_nl as life_domain_nl,
    questions.block_nl,
    coalesce(questions.text_nl, 'tekst niet beschikbaar') as text_nl,
    questions.status as text_status,
    questions.confidence,
    questions.source,
    questions.notes,
    kpi_ids.kpi_ids,
    questions.definition_version,
    questions.is_imported
from questions
left join life_domains on questions.life_domain_code = life_domains.life_domain_code
left join kpi_ids
    on
        questions.questionnaire = kpi_ids.questionnaire
        and questions.question_id = kpi_ids.question_id
