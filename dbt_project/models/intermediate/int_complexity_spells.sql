with

history as (

    select * from {{ ref('stg_ecd__complexity_history') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

history_by_day as (

    select
        trajectory_id,
        valid_from,
        {{ unknown('complexity_code') }} as complexity_code
    from history
    where valid_from is not null
    -- Two values on one day: the later record corrects the earlier one.
    qualify row_number() over (
        partition by trajectory_id, valid_from order by record_ref desc nulls last
    ) = 1

),

history_or_current as (

    select
        trajectory_id,
        valid_from,
        complexity_code
    from history_by_day

    union all

    select
        trajectory_id,
        started_on as valid_from,
        complexity_code
    from trajectories
    where not exists (
        select 1 from history_by_day
        where history_by_day.trajectory_id = trajectories.trajectory_id
    )

),

while_open as (

    select
        trajectories.trajectory_id,
        history_or_current.complexity_code,
        greatest(history_or_current.valid_from, trajectories.started_on) as valid_from,
        least(
            lead(history_or_current.valid_from) over (
                partition by trajectories.trajectory_id order by history_or_current.valid_from
            ),
            trajectories.ended_on
        ) as valid_until
    from trajectories
    inner join history_or_current
        on trajectories.trajectory_id = history_or_current.trajectory_id
    where trajectories.started_on is not null

)

select
    trajectory_id,
    complexity_code,
    lag(complexity_code) over (
        partition by trajectory_id order by valid_from
    ) as previous_complexity_code,
    valid_from,
    valid_until
from while_open
where valid_from < {{ end_or_never('valid_until') }}
