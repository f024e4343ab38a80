with

answers as (

    select * from {{ ref('stg_survey__answers') }}
    where duration_seconds is not null

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

),

-- A long list takes longer: what is compared is the time per question that was asked.
paces as (

    select
        source_id,
        response_id,
        questionnaire,
        min(record_ref) as record_ref,
        cast(max(duration_seconds) as double) / count(*) as seconds_per_question
    from answers
    group by source_id, response_id, questionnaire

),

-- With fewer than ten lists nobody knows what is usual.
usual_paces as (

    select
        paces.source_id,
        paces.questionnaire,
        {{ median_of('paces.seconds_per_question') }} as seconds_per_question
    from paces
    inner join responses
        on
            paces.source_id = responses.source_id
            and paces.response_id = responses.response_id
    group by paces.source_id, paces.questionnaire
    having count(*) >= 10

)

select
    'survey' as source_name,
    'answers' as table_name,
    'answer_code' as column_name,
    paces.record_ref,
    paces.source_id,
    responses.team_code,
    responses.service_code,
    responses.completed_on as occurred_on,
    {{ not_applicable() }} as client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    paces.response_id,
    3 * paces.seconds_per_question < usual_paces.seconds_per_question as is_hit
from paces
inner join responses
    on
        paces.source_id = responses.source_id
        and paces.response_id = responses.response_id
inner join usual_paces
    on
        paces.source_id = usual_paces.source_id
        and paces.questionnaire = usual_paces.questionnaire
