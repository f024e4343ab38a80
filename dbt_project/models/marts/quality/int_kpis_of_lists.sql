with

observations as (

    select * from {{ ref('int_measure_observations') }}
    where
        measure_kind = 'kpi'
        and design in ('afterwards', 'professional')
        and denominator > 0

),

responses as (

    select * from {{ ref('int_survey_responses') }}

),

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

counted as (

    select
        observations.measure_id as kpi_id,
        responses.source_id,
        responses.response_id
    from observations
    inner join responses on observations.subject_key = responses.subject_key
    group by observations.measure_id, responses.source_id, responses.response_id

),

-- A list that was left out for a fault would have counted for what it was asked.
left_out as (

    select
        links.kpi_id,
        responses.source_id,
        responses.response_id
    from responses
    inner join answers
        on
            responses.source_id = answers.source_id
            and responses.response_id = answers.response_id
    inner join links
        on
            answers.question_id = links.question_id
            and answers.questionnaire = links.questionnaire
    where responses.left_out_reason is not null
    group by links.kpi_id, responses.source_id, responses.response_id

)

select
    kpi_id,
    source_id,
    response_id
from counted
union all
select
    kpi_id,
    source_id,
    response_id
from left_out
