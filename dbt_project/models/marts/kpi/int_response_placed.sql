with

answers as (

    select * from {{ ref('int_survey_answers') }}

),

decisive as (

    select * from {{ ref('int_decisive_questions') }}

),

regions as (

    select * from {{ ref('int_regions') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- Only projects that asked a question that decides the measure: one that was not chosen is not a
-- silence (R15).
asked as (

    select
        'kpi' as measure_kind,
        decisive.kpi_id as measure_id,
        answers.design,
        answers.project_code,
        answers.completed_on
    from answers
    inner join decisive
        on
            answers.question_id = decisive.question_id
            and answers.design = decisive.design
    union all
    select
        'question' as measure_kind,
        answers.question_id as measure_id,
        answers.design,
        answers.project_code,
        answers.completed_on
    from answers

),

months as (

    select
        measure_kind,
        measure_id,
        design,
        project_code,
        cast({{ dbt.date_trunc('month', 'completed_on') }} as date) as observed_on
    from asked
    where design = 'afterwards'
    group by
        measure_kind,
        measure_id,
        design,
        project_code,
        cast({{ dbt.date_trunc('month', 'completed_on') }} as date)

),

projects as (

    select
        project_code,
        service_code,
        team_code,
        area_code,
        commissioner_code,
        started_on,
        ended_on,
        reached_count,
        invited_count,
        min(completed_on) as first_answer_on,
        max(completed_on) as last_answer_on
    from answers
    group by
        project_code,
        service_code,
        team_code,
        area_code,
        commissioner_code,
        started_on,
        ended_on,
        reached_count,
        invited_count

)

select
    months.measure_kind,
    months.measure_id,
    months.design,
    months.project_code as subject_key,
    {{ unknown('regions.municipality_code') }} as municipality_code,
    {{ unknown('regions.wijk_code') }} as wijk_code,
    projects.service_code,
    projects.team_code,
    months.project_code,
    projects.commissioner_code,
    cast(null as {{ dbt.type_string() }}) as age_band,
    cast(null as {{ dbt.type_string() }}) as respondent_role,
    cast(null as {{ dbt.type_string() }}) as cultural_background,
    'max' as per_subject,
    false as per_age_band_only,
    projects.reached_count,
    projects.invited_count,
    {%- for period_type in ['year', 'quarter', 'month'] %}
    -- Reached people belong to a figure only when every answer of their project does.
    case
        when
            projects.first_answer_on
            >= cast({{ dbt.date_trunc(period_type, 'months.observed_on') }} as date)
            and projects.last_answer_on <= {{ period_end(period_type, 'months.observed_on') }}
            and (
                projects.ended_on <= settings.as_of
                or projects.started_on
                >= cast({{ dbt.date_trunc(period_type, 'months.observed_on') }} as date)
            )
            then 0
        else 1
    end as runs_outside_{{ period_type }},
    {%- endfor %}
    {{ placed_in_periods('months.observed_on', "'flow'", "'year,quarter,month'") }}
from months
inner join projects on months.project_code = projects.project_code
cross join settings
left join regions on projects.area_code = regions.region_code
