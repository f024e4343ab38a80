with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

),

-- One answer to a question: of two, nobody knows which one was meant (R14).
answered_once as (

    select
        source_id,
        response_id,
        question_id,
        max(scale_id) as scale_id,
        max(answer_code) as answer_code
    from answers
    group by source_id, response_id, question_id
    having count(*) = 1

)

select
    responses.source_id,
    responses.subject_key,
    responses.design,
    responses.questionnaire,
    answered_once.question_id,
    answered_once.scale_id,
    answered_once.answer_code,
    responses.completed_on,
    responses.respondent_role,
    responses.age_band,
    responses.cultural_background,
    responses.project_code,
    responses.service_code,
    responses.team_code,
    responses.area_code,
    responses.commissioner_code,
    responses.started_on,
    responses.ended_on,
    responses.reached_count,
    responses.invited_count
from answered_once
inner join responses
    on
        answered_once.source_id = responses.source_id
        and answered_once.response_id = responses.response_id
