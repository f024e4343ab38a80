with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

scales as (

    select * from {{ ref('stg_survey__answer_scales') }}
    where is_counting

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

),

-- The questions of one list that share an answer scale; what does not count is no point of a line.
grids as (

    select
        answers.source_id,
        answers.response_id,
        answers.scale_id,
        min(answers.record_ref) as record_ref,
        min(answers.answer_code) = max(answers.answer_code) as is_straight
    from answers
    inner join scales
        on
            answers.source_id = scales.source_id
            and answers.scale_id = scales.scale_id
            and answers.answer_code = scales.answer_code
    group by answers.source_id, answers.response_id, answers.scale_id
    having count(*) >= 5

),

lists as (

    select
        source_id,
        response_id,
        min(record_ref) as record_ref,
        max(case when is_straight then 1 else 0 end) as straight_count
    from grids
    group by source_id, response_id

)

select
    'survey' as source_name,
    'answers' as table_name,
    'answer_code' as column_name,
    lists.record_ref,
    lists.source_id,
    responses.team_code,
    responses.service_code,
    responses.completed_on as occurred_on,
    {{ not_applicable() }} as client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    lists.response_id,
    lists.straight_count > 0 as is_hit
from lists
inner join responses
    on
        lists.source_id = responses.source_id
        and lists.response_id = responses.response_id
