with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

),

scales as (

    select * from {{ ref('stg_survey__answer_scales') }}

),

contract_columns as (

    select * from {{ ref('stg_run__contract_columns') }}
    where
        source_name = 'survey'
        and table_name = 'answers'
        and is_question

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}
    where check_id = 'Q09'

),

scale_answers as (

    select
        source_id,
        scale_id,
        {{ dbt.listagg(
            "answer_code || '=' || lower(label_nl)"
            ~ " || case when is_counting then '' else ' (telt niet)' end"
            ~ " || case when is_positive then ' (positief)' else '' end",
            "'; '",
            'order by sort_order, answer_code'
        ) }} as answers_offered
    from scales
    group by source_id, scale_id

),

asked as (

    select
        answers.source_id,
        responses.design,
        answers.question_id,
        answers.scale_id,
        cast({{ dbt.date_trunc('year', 'responses.completed_on') }} as date) as year_start,
        count(*) as list_count
    from answers
    inner join responses
        on
            answers.source_id = responses.source_id
            and answers.response_id = responses.response_id
    group by
        answers.source_id,
        responses.design,
        answers.question_id,
        answers.scale_id,
        cast({{ dbt.date_trunc('year', 'responses.completed_on') }} as date)

),

-- How a source asked a question in a year: its text, if that is known, and the answers it offered.
manners as (

    select
        asked.source_id,
        asked.design,
        asked.question_id,
        asked.year_start,
        asked.list_count,
        coalesce(scale_answers.answers_offered, 'geen schaal opgegeven') as answers_offered,
        contract_columns.question_text
    from asked
    left join scale_answers
        on
            asked.source_id = scale_answers.source_id
            and asked.scale_id = scale_answers.scale_id
    left join contract_columns
        on
            asked.source_id = contract_columns.source_id
            and asked.question_id = contract_columns.column_name

),

-- The measurements of a question: years with enough lists. A year in between without any is none.
waves as (

    select
        manners.design,
        manners.question_id,
        manners.year_start,
        lag(manners.year_start) over (
            partition by manners.design, manners.question_id order by manners.year_start
        ) as last_year_start
    from manners
    cross join catalogue
    group by
        manners.design,
        manners.question_id,
        manners.year_start,
        catalogue.floor_count
    having sum(manners.list_count) >= catalogue.floor_count

),

compared as (

    select
        manners.source_id,
        manners.design,
        manners.question_id,
        manners.year_start,
        max(case when manners.answers_offered = former.answers_offered then 1 else 0 end)
            as same_answers,
        max(case when manners.question_text = former.question_text then 1 else 0 end)
            as same_text,
        count(former.question_text) as former_text_count,
        count(manners.question_text) as text_count
    from manners
    inner join waves
        on
            manners.design = waves.design
            and manners.question_id = waves.question_id
            and manners.year_start = waves.year_start
    inner join manners as former
        on
            waves.design = former.design
            and waves.question_id = former.question_id
            and waves.last_year_start = former.year_start
    group by
        manners.source_id,
        manners.design,
        manners.question_id,
        manners.year_start

)

select
    source_id,
    design,
    question_id,
    year_start
from compared
where
    same_answers = 0
    or (same_text = 0 and text_count > 0 and former_text_count > 0)
