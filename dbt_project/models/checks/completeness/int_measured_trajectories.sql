with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where started_on is not null

),

scores as (

    select * from {{ ref('int_instrument_scores') }}
    where
        client_id is not null
        and measured_on is not null
        and score is not null

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}
    where shows_shift

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- A tool for a single conversation has no begin and no end.
lists as (

    select
        scores.design,
        scores.client_id,
        scores.service_code,
        scores.measured_on,
        scores.moment_code
    from scores
    inner join dimensions
        on
            scores.instrument_id = dimensions.instrument_id
            and scores.instrument_version = dimensions.instrument_version
            and scores.dimension_code = dimensions.dimension_code
    group by
        scores.design,
        scores.client_id,
        scores.service_code,
        scores.measured_on,
        scores.moment_code

),

-- Without moments, what was measured in the first thirty days is the begin and the rest the end.
measured as (

    select
        trajectories.trajectory_id,
        lists.design,
        max(
            case
                when lists.moment_code = 'start' then 1
                when
                    lists.moment_code is null
                    and lists.measured_on <= {{ dbt.dateadd('day', 30, 'trajectories.started_on') }}
                    then 1
                else 0
            end
        ) as begins,
        max(
            case
                when
                    lists.moment_code = 'slot'
                    and lists.measured_on >= trajectories.started_on
                    then 1
                when
                    lists.moment_code is null
                    and lists.measured_on > {{ dbt.dateadd('day', 30, 'trajectories.started_on') }}
                    then 1
                else 0
            end
        ) as ends
    from trajectories
    inner join lists
        on
            trajectories.client_id = lists.client_id
            and lists.service_code in (trajectories.service_code, 'onbekend')
            and lists.measured_on >= {{ dbt.dateadd('day', -30, 'trajectories.started_on') }}
            and {{ dbt.dateadd('day', -90, 'lists.measured_on') }}
            <= {{ end_or_never('trajectories.ended_on') }}
    group by trajectories.trajectory_id, lists.design

),

-- A few lists at the wrong service do not mean that the service works with the instrument.
used as (

    select
        trajectories.service_code,
        measured.design,
        min(trajectories.started_on) as used_from
    from measured
    inner join trajectories on measured.trajectory_id = trajectories.trajectory_id
    group by trajectories.service_code, measured.design
    having count(*) >= 10

)

select
    used.design,
    trajectories.record_ref,
    trajectories.source_id,
    trajectories.team_code,
    trajectories.service_code,
    trajectories.started_on,
    trajectories.ended_on,
    trajectories.client_id,
    trajectories.trajectory_id,
    trajectories.worker_id,
    coalesce(measured.begins = 1, false) as has_begin,
    coalesce(measured.ends = 1, false) as has_end
from trajectories
cross join settings
inner join used
    on
        trajectories.service_code = used.service_code
        and trajectories.started_on >= used.used_from
left join measured
    on
        trajectories.trajectory_id = measured.trajectory_id
        and used.design = measured.design
where
    {{ dbt.dateadd('day', 30, 'trajectories.started_on') }} < settings.as_of
    and {{ dbt.dateadd('day', 30, 'trajectories.started_on') }}
    < {{ end_or_never('trajectories.ended_on') }}
