with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

scales as (

    select * from {{ ref('stg_survey__answer_scales') }}

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

)

-- A question that does not apply was not skipped: it is left to those for whom it did.
select
    answers.source_id,
    answers.response_id,
    answers.record_ref,
    answers.question_id,
    responses.team_code,
    responses.service_code,
    responses.completed_on,
    answers.answer_code is null as is_skipped
from answers
inner join responses
    on
        answers.source_id = responses.source_id
        and answers.response_id = responses.response_id
left join scales
    on
        answers.source_id = scales.source_id
        and answers.scale_id = scales.scale_id
        and answers.answer_code = scales.answer_code
where
    answers.answer_code is null
    or scales.is_counting
    or (answers.scale_id is null and answers.answer_code <> 'nvt')
