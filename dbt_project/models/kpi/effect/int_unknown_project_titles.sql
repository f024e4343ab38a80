with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason = 'R18 project onbekend'

),

titles as (

    select
        answers.source_id,
        answers.response_id,
        max({{ normalised_title('answers.project_title') }}) as title,
        max(responses.completed_on) as completed_on
    from answers
    inner join responses
        on
            answers.source_id = responses.source_id
            and answers.response_id = responses.response_id
    group by answers.source_id, answers.response_id

)

select
    source_id,
    title,
    count(*) as list_count,
    min(completed_on) as first_completed_on,
    max(completed_on) as last_completed_on
from titles
group by source_id, title
