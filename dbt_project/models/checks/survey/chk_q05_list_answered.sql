with

questions as (

    select * from {{ ref('int_questions_that_applied') }}

),

lists as (

    select
        source_id,
        response_id,
        team_code,
        service_code,
        completed_on,
        min(record_ref) as record_ref,
        count(*) as asked_count,
        sum(case when is_skipped then 1 else 0 end) as skipped_count
    from questions
    group by
        source_id,
        response_id,
        team_code,
        service_code,
        completed_on

)

-- Who skipped most of a list makes the answers doubtful that were given.
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
    2 * skipped_count > asked_count as is_hit
from lists
