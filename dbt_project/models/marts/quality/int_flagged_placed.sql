with

hits as (

    select * from {{ ref('int_kpi_hits') }}

),

observations as (

    select * from {{ ref('int_measure_observations') }}
    where measure_kind = 'kpi'

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

months as (

    select * from {{ ref('int_months') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

-- A KPI of trajectories and workers is touched through the trajectory: the worker did no wrong.
nearest_kind as (

    select
        measure_id,
        design,
        min({{ subject_rank('subject_key') }}) as subject_rank
    from observations
    group by measure_id, design

),

kpi_hits as (

    select
        hits.measure_id,
        nearest_kind.design,
        hits.time_behaviour,
        hits.check_id,
        hits.hit_key,
        hits.month_start,
        hits.team_code,
        hits.service_code,
        hits.municipality_code,
        hits.wijk_code,
        hits.failing,
        hits.trajectory_id,
        hits.subject_key
    from hits
    inner join nearest_kind
        on
            hits.measure_id = nearest_kind.measure_id
            and hits.subject_rank = nearest_kind.subject_rank

),

observed_subjects as (

    select
        measure_id,
        design,
        subject_key,
        month_start
    from observations
    group by measure_id, design, subject_key, month_start

),

-- A flow is touched in the month of the error, a stock or a cohort whenever its subject counts.
matched as (

    select
        kpi_hits.measure_id,
        kpi_hits.design,
        kpi_hits.check_id,
        kpi_hits.hit_key,
        kpi_hits.subject_key,
        kpi_hits.failing,
        observed_subjects.month_start
    from kpi_hits
    inner join observed_subjects
        on
            kpi_hits.measure_id = observed_subjects.measure_id
            and kpi_hits.design = observed_subjects.design
            and kpi_hits.subject_key = observed_subjects.subject_key
            and (
                kpi_hits.time_behaviour <> 'flow'
                or kpi_hits.month_start = observed_subjects.month_start
            )

),

-- '*' stands for all checks together, so that a subject with two errors counts once.
touched_subjects as (

    select
        measure_id,
        design,
        check_id,
        subject_key,
        month_start,
        max(failing) as failing
    from matched
    group by measure_id, design, check_id, subject_key, month_start
    union all
    select
        measure_id,
        design,
        '*' as check_id,
        subject_key,
        month_start,
        max(failing) as failing
    from matched
    group by measure_id, design, subject_key, month_start

),

counted as (

    select
        touched_subjects.measure_id,
        touched_subjects.design,
        touched_subjects.check_id,
        touched_subjects.failing,
        observations.subject_key,
        observations.municipality_code,
        observations.wijk_code,
        observations.service_code,
        observations.team_code,
        observations.project_code,
        observations.commissioner_code,
        observations.age_band,
        observations.respondent_role,
        observations.cultural_background,
        observations.numerator,
        observations.denominator,
        observations.per_subject,
        observations.per_age_band_only,
        observations.year_start,
        observations.is_counted_in_year,
        observations.quarter_start,
        observations.is_counted_in_quarter,
        observations.month_start,
        observations.is_counted_in_month
    from touched_subjects
    inner join observations
        on
            touched_subjects.measure_id = observations.measure_id
            and touched_subjects.design = observations.design
            and touched_subjects.subject_key = observations.subject_key
            and touched_subjects.month_start = observations.month_start

),

matched_hits as (

    select
        measure_id,
        check_id,
        hit_key
    from matched
    group by measure_id, check_id, hit_key

),

-- Registrations that no figure counts because of their error: they stand where they say they do.
left_out_hits as (

    select
        kpi_hits.measure_id,
        kpi_hits.design,
        kpi_hits.time_behaviour,
        kpi_hits.check_id,
        kpi_hits.hit_key,
        kpi_hits.month_start,
        kpi_hits.team_code,
        kpi_hits.service_code,
        kpi_hits.municipality_code,
        kpi_hits.wijk_code,
        {{ end_or_never('trajectories.ended_on') }} as open_until,
        max(kpi_hits.failing) as failing
    from kpi_hits
    left join matched_hits
        on
            kpi_hits.measure_id = matched_hits.measure_id
            and kpi_hits.check_id = matched_hits.check_id
            and kpi_hits.hit_key = matched_hits.hit_key
    left join trajectories on kpi_hits.trajectory_id = trajectories.trajectory_id
    where matched_hits.hit_key is null
    group by
        kpi_hits.measure_id,
        kpi_hits.design,
        kpi_hits.time_behaviour,
        kpi_hits.check_id,
        kpi_hits.hit_key,
        kpi_hits.month_start,
        kpi_hits.team_code,
        kpi_hits.service_code,
        kpi_hits.municipality_code,
        kpi_hits.wijk_code,
        {{ end_or_never('trajectories.ended_on') }}

),

left_out_per_check as (

    select
        measure_id,
        design,
        time_behaviour,
        check_id,
        hit_key,
        month_start,
        team_code,
        service_code,
        municipality_code,
        wijk_code,
        open_until,
        failing
    from left_out_hits
    union all
    select
        measure_id,
        design,
        time_behaviour,
        '*' as check_id,
        hit_key,
        month_start,
        team_code,
        service_code,
        municipality_code,
        wijk_code,
        open_until,
        max(failing) as failing
    from left_out_hits
    group by
        measure_id,
        design,
        time_behaviour,
        hit_key,
        month_start,
        team_code,
        service_code,
        municipality_code,
        wijk_code,
        open_until

),

-- A stock may hold the registration on every later month-end until its trajectory closed.
left_out as (

    select
        left_out_per_check.measure_id,
        left_out_per_check.design,
        left_out_per_check.check_id,
        left_out_per_check.hit_key,
        left_out_per_check.failing,
        left_out_per_check.municipality_code,
        left_out_per_check.wijk_code,
        left_out_per_check.service_code,
        left_out_per_check.team_code,
        definitions.per_age_band_only,
        {{ placed_in_periods(
            'months.month_end', 'definitions.time_behaviour', 'definitions.period_types'
        ) }}
    from left_out_per_check
    inner join definitions on left_out_per_check.measure_id = definitions.kpi_id
    inner join months
        on
            left_out_per_check.month_start = months.month_start
            or (
                left_out_per_check.time_behaviour = 'stock'
                and left_out_per_check.month_start < months.month_start
                and left_out_per_check.open_until > months.month_end
            )

)

select
    measure_id,
    design,
    check_id,
    subject_key,
    failing,
    municipality_code,
    wijk_code,
    service_code,
    team_code,
    project_code,
    commissioner_code,
    age_band,
    respondent_role,
    cultural_background,
    numerator,
    denominator,
    0 as left_out,
    per_subject,
    per_age_band_only,
    year_start,
    is_counted_in_year,
    quarter_start,
    is_counted_in_quarter,
    month_start,
    is_counted_in_month
from counted
union all
select
    measure_id,
    design,
    check_id,
    hit_key as subject_key,
    failing,
    municipality_code,
    wijk_code,
    service_code,
    team_code,
    cast(null as {{ dbt.type_string() }}) as project_code,
    cast(null as {{ dbt.type_string() }}) as commissioner_code,
    cast(null as {{ dbt.type_string() }}) as age_band,
    cast(null as {{ dbt.type_string() }}) as respondent_role,
    cast(null as {{ dbt.type_string() }}) as cultural_background,
    cast(0 as decimal(18, 4)) as numerator,
    cast(0 as decimal(18, 4)) as denominator,
    1 as left_out,
    'max' as per_subject,
    per_age_band_only,
    year_start,
    is_counted_in_year,
    quarter_start,
    is_counted_in_quarter,
    month_start,
    is_counted_in_month
from left_out
