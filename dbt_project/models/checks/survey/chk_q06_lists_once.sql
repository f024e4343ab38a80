with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

),

lists as (

    select
        source_id,
        response_id,
        min(record_ref) as record_ref,
        max(duration_seconds) as duration_seconds,
        {{ dbt.listagg(
            "question_id || '=' || coalesce(answer_code, '')", "','", 'order by question_id'
        ) }} as answers_given,
        count(answer_code) as answered_count,
        count(distinct answer_code) as different_count
    from answers
    group by source_id, response_id

),

placed as (

    select
        lists.source_id,
        lists.response_id,
        lists.record_ref,
        lists.duration_seconds,
        lists.answers_given,
        lists.answered_count,
        lists.different_count,
        responses.project_code,
        responses.questionnaire,
        responses.completed_on,
        responses.respondent_role,
        responses.age_band,
        responses.team_code,
        responses.service_code
    from lists
    inner join responses
        on
            lists.source_id = responses.source_id
            and lists.response_id = responses.response_id

),

-- The first of equal lists counts, by its number at the source.
ranked as (

    select
        *,
        row_number() over (
            partition by
                source_id,
                project_code,
                questionnaire,
                completed_on,
                respondent_role,
                age_band,
                answers_given
            order by length(response_id), response_id
        ) as same_answers_rank,
        row_number() over (
            partition by
                source_id,
                project_code,
                questionnaire,
                completed_on,
                respondent_role,
                age_band,
                answers_given,
                duration_seconds
            order by length(response_id), response_id
        ) as same_seconds_rank
    from placed

)

-- Two people may agree on a few questions, hardly on ten, or on five in as many seconds.
select
    'survey' as source_name,
    'answers' as table_name,
    'answer_code' as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    completed_on as occurred_on,
    {{ not_applicable() }} as client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    response_id,
    (same_answers_rank > 1 and answered_count >= 10 and different_count > 1)
    or (same_seconds_rank > 1 and answered_count >= 5 and duration_seconds is not null) as is_hit
from ranked
