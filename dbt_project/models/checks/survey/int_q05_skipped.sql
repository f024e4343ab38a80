with

sums as (

    select * from {{ ref('int_measure_sums') }}
    where asked > 0

),

decisive_questions as (

    select * from {{ ref('int_decisive_questions') }}

),

figures as (

    select
        measure_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key
    from sums
    where measure_kind = 'kpi'

),

questions as (

    select
        measure_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        denominator,
        asked
    from sums
    where measure_kind = 'question'

)

select
    figures.measure_id as kpi_id,
    figures.design,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.slice_key,
    questions.measure_id as question_id,
    cast(questions.asked as bigint) as n_applicable,
    cast(
        cast(questions.asked - questions.denominator as double) / questions.asked
        as decimal(18, 6)
    ) as measure
from figures
inner join decisive_questions
    on
        figures.measure_id = decisive_questions.kpi_id
        and figures.design = decisive_questions.design
inner join questions
    on
        decisive_questions.question_id = questions.measure_id
        and figures.design = questions.design
        and {{ same_slice('figures', 'questions') }}
