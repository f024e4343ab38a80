with

observations as (

    select * from {{ ref('int_measure_observations') }}
    where
        measure_kind = 'kpi'
        and design in ('afterwards', 'professional')

),

responses as (

    select * from {{ ref('int_survey_responses') }}
    where left_out_reason is null

),

changed_questions as (

    select * from {{ ref('int_questions_changed') }}

),

decisive_questions as (

    select * from {{ ref('int_decisive_questions') }}

),

changed as (

    select
        decisive_questions.kpi_id,
        decisive_questions.design,
        changed_questions.source_id,
        changed_questions.year_start
    from changed_questions
    inner join decisive_questions
        on
            changed_questions.question_id = decisive_questions.question_id
            and changed_questions.design = decisive_questions.design
    group by
        decisive_questions.kpi_id,
        decisive_questions.design,
        changed_questions.source_id,
        changed_questions.year_start

),

changed_kpis as (

    select
        kpi_id,
        design,
        year_start
    from changed
    group by kpi_id, design, year_start

),

-- Every list behind a figure of a year in which a question of it changed.
lists as (

    select
        observations.*,
        case when changed.kpi_id is null then 0 else 1 end as is_changed
    from observations
    inner join changed_kpis
        on
            observations.measure_id = changed_kpis.kpi_id
            and observations.design = changed_kpis.design
            and observations.year_start = changed_kpis.year_start
    inner join responses on observations.subject_key = responses.subject_key
    left join changed
        on
            observations.measure_id = changed.kpi_id
            and observations.design = changed.design
            and observations.year_start = changed.year_start
            and responses.source_id = changed.source_id

),

sums as (

    {{ summed_by_breakdown(
        relation='lists',
        id_columns=['measure_id', 'design'],
        measures={'changed': 'is_changed'},
    ) }}

)

select
    measure_id as kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    subject_count as n_applicable,
    cast(cast(changed as double) / subject_count as decimal(18, 6)) as measure
from sums
