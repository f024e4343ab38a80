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

),

-- A question that does not apply was not skipped: it is left to those for whom it did.
asked as (

    select
        answers.source_id,
        answers.response_id,
        answers.record_ref,
        answers.question_id,
        answers.answer_code is null as is_skipped
    from answers
    left join scales
        on
            answers.source_id = scales.source_id
            and answers.scale_id = scales.scale_id
            and answers.answer_code = scales.answer_code
    where
        answers.answer_code is null
        or scales.is_counting
        or (answers.scale_id is null and answers.answer_code <> 'nvt')

),

lists as (

    select
        source_id,
        response_id,
        min(record_ref) as record_ref,
        count(*) as asked_count,
        sum(case when is_skipped then 1 else 0 end) as skipped_count
    from asked
    group by source_id, response_id

),

-- A question is a column of its own, so that each has a share; who skipped most of a list makes
-- the answers doubtful that were given.
judged as (

    select
        source_id,
        response_id,
        record_ref,
        question_id as column_name,
        is_skipped as is_hit
    from asked
    union all
    select
        source_id,
        response_id,
        record_ref,
        'answer_code' as column_name,
        2 * skipped_count > asked_count as is_hit
    from lists

)

select
    'survey' as source_name,
    'answers' as table_name,
    judged.column_name,
    judged.record_ref,
    judged.source_id,
    responses.team_code,
    responses.service_code,
    responses.completed_on as occurred_on,
    {{ not_applicable() }} as client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    judged.response_id,
    judged.is_hit
from judged
inner join responses
    on
        judged.source_id = responses.source_id
        and judged.response_id = responses.response_id
