with

all_kpi_hits as (

    select * from {{ ref('int_kpi_hits') }}

),

-- A check that fails nowhere for a KPI marks none of its figures.
failing_checks as (

    select
        measure_id,
        check_id
    from all_kpi_hits
    where failing = 1
    group by measure_id, check_id

),

hits as (

    select all_kpi_hits.*
    from all_kpi_hits
    inner join failing_checks
        on
            all_kpi_hits.measure_id = failing_checks.measure_id
            and all_kpi_hits.check_id = failing_checks.check_id

),

doubtful as (

    select * from {{ ref('int_doubtful_subjects') }}

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

-- One pass over everything that counts; what follows is about few of it.
counted_kinds as (

    select
        measure_id,
        design,
        service_code,
        -- As long as the longest kind of subject.
        substring(subject_key, 1, 11) as subject_kind
    from observations
    group by measure_id, design, service_code, substring(subject_key, 1, 11)

),

-- A KPI of trajectories and workers is touched through the trajectory: the worker did no wrong.
nearest_kind as (

    select
        measure_id,
        design,
        min({{ subject_rank('subject_kind') }}) as subject_rank
    from counted_kinds
    group by measure_id, design

),

doubtful_keys as (

    select
        measure_id,
        subject_key
    from doubtful
    group by measure_id, subject_key

),

doubtful_observations as (

    select observations.*
    from observations
    inner join doubtful_keys
        on
            observations.measure_id = doubtful_keys.measure_id
            and observations.subject_key = doubtful_keys.subject_key

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

-- All checks together, for the bounds: also where a check marks no figure.
all_hits as (

    select
        doubtful.measure_id,
        nearest_kind.design,
        doubtful.time_behaviour,
        doubtful.check_id,
        doubtful.hit_key,
        doubtful.month_start,
        doubtful.team_code,
        doubtful.service_code,
        doubtful.municipality_code,
        doubtful.wijk_code,
        doubtful.judges_client,
        doubtful.moving,
        doubtful.moves_service,
        doubtful.moves_team,
        doubtful.trajectory_id,
        doubtful.subject_key
    from doubtful
    inner join nearest_kind
        on
            doubtful.measure_id = nearest_kind.measure_id
            and doubtful.subject_rank = nearest_kind.subject_rank

),

observed_subjects as (

    select
        measure_id,
        design,
        subject_key,
        month_start,
        service_code,
        team_code
    from doubtful_observations
    group by measure_id, design, subject_key, month_start, service_code, team_code

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

-- What may belong elsewhere is in doubt wherever its subject counts.
matched_by_any as (

    select
        all_hits.measure_id,
        all_hits.design,
        all_hits.check_id,
        all_hits.hit_key,
        all_hits.subject_key,
        observed_subjects.month_start,
        -- Counted elsewhere only, its registration may still be missing where it stands.
        all_hits.moves_service = 1
        or all_hits.moves_team = 1
        or (
            coalesce(observed_subjects.service_code, all_hits.service_code)
            = all_hits.service_code
            and coalesce(observed_subjects.team_code, all_hits.team_code) = all_hits.team_code
        ) as is_in_place
    from all_hits
    inner join observed_subjects
        on
            all_hits.measure_id = observed_subjects.measure_id
            and all_hits.design = observed_subjects.design
            and all_hits.subject_key = observed_subjects.subject_key
            and (
                all_hits.time_behaviour <> 'flow'
                or all_hits.moving = 1
                or all_hits.month_start = observed_subjects.month_start
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
        0 as failing
    from matched_by_any
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
    inner join doubtful_observations as observations
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

matched_by_any_hits as (

    select
        measure_id,
        check_id,
        hit_key
    from matched_by_any
    where is_in_place
    group by measure_id, check_id, hit_key

),

-- A KPI of one service misses nothing of another; some know no service.
observed_services as (

    select
        measure_id,
        design,
        service_code
    from counted_kinds
    group by measure_id, design, service_code

),

-- What is wrong of a client leaves nobody out. Any month of a trajectory may have lost it.
left_out_by_any as (

    select
        all_hits.measure_id,
        all_hits.design,
        all_hits.hit_key,
        all_hits.team_code,
        all_hits.service_code,
        all_hits.municipality_code,
        all_hits.wijk_code,
        least(
            all_hits.month_start,
            coalesce(
                cast({{ dbt.date_trunc('month', 'trajectories.started_on') }} as date),
                all_hits.month_start
            )
        ) as first_month,
        case
            when trajectories.trajectory_id is null then all_hits.month_start
            else greatest(all_hits.month_start, {{ end_or_never('trajectories.ended_on') }})
        end as last_day
    from all_hits
    left join matched_by_any_hits
        on
            all_hits.measure_id = matched_by_any_hits.measure_id
            and all_hits.check_id = matched_by_any_hits.check_id
            and all_hits.hit_key = matched_by_any_hits.hit_key
    left join observed_services
        on
            all_hits.measure_id = observed_services.measure_id
            and all_hits.design = observed_services.design
            and all_hits.service_code = observed_services.service_code
    left join observed_services as of_any_service
        on
            all_hits.measure_id = of_any_service.measure_id
            and all_hits.design = of_any_service.design
            and of_any_service.service_code is null
    left join trajectories on all_hits.trajectory_id = trajectories.trajectory_id
    where
        matched_by_any_hits.hit_key is null
        and all_hits.judges_client = 0
        and (
            observed_services.service_code is not null
            or of_any_service.measure_id is not null
            or all_hits.moves_service = 1
            or all_hits.service_code = {{ unknown('null') }}
        )

),

left_out_by_any_once as (

    select
        measure_id,
        design,
        hit_key,
        team_code,
        service_code,
        municipality_code,
        wijk_code,
        min(first_month) as first_month,
        max(last_day) as last_day
    from left_out_by_any
    group by
        measure_id,
        design,
        hit_key,
        team_code,
        service_code,
        municipality_code,
        wijk_code

),

-- A stock may hold the registration on every later month-end until its trajectory closed.
left_out as (

    select
        left_out_hits.measure_id,
        left_out_hits.design,
        left_out_hits.check_id,
        left_out_hits.hit_key,
        left_out_hits.failing,
        left_out_hits.municipality_code,
        left_out_hits.wijk_code,
        left_out_hits.service_code,
        left_out_hits.team_code,
        definitions.per_age_band_only,
        {{ placed_in_periods(
            'months.month_end', 'definitions.time_behaviour', 'definitions.period_types'
        ) }}
    from left_out_hits
    inner join definitions on left_out_hits.measure_id = definitions.kpi_id
    inner join months
        on
            left_out_hits.month_start = months.month_start
            or (
                left_out_hits.time_behaviour = 'stock'
                and left_out_hits.month_start < months.month_start
                and left_out_hits.open_until > months.month_end
            )
    union all
    select
        left_out_by_any_once.measure_id,
        left_out_by_any_once.design,
        '*' as check_id,
        left_out_by_any_once.hit_key,
        0 as failing,
        left_out_by_any_once.municipality_code,
        left_out_by_any_once.wijk_code,
        left_out_by_any_once.service_code,
        left_out_by_any_once.team_code,
        definitions.per_age_band_only,
        {{ placed_in_periods(
            'months.month_end', 'definitions.time_behaviour', 'definitions.period_types'
        ) }}
    from left_out_by_any_once
    inner join definitions on left_out_by_any_once.measure_id = definitions.kpi_id
    inner join months
        on
            left_out_by_any_once.first_month <= months.month_start
            and left_out_by_any_once.last_day >= months.month_start

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
