with

open_trajectories as (

    select * from {{ ref('int_open_trajectories') }}

),

contacts as (

    select * from {{ ref('int_contacts_by_trajectory_month') }}

),

-- A case is open on every month-end between its start and its end, so every month with contact
-- that can matter is there.
quiet_since as (

    select
        open_trajectories.trajectory_id,
        open_trajectories.month_end,
        open_trajectories.region_code,
        open_trajectories.service_code,
        open_trajectories.team_code,
        open_trajectories.commissioner_code,
        open_trajectories.age_band,
        greatest(
            open_trajectories.started_on,
            max(contacts.last_contact_on) over (
                partition by open_trajectories.trajectory_id
                order by open_trajectories.month_end
                rows between unbounded preceding and current row
            )
        ) as quiet_since_on
    from open_trajectories
    left join contacts
        on
            open_trajectories.trajectory_id = contacts.trajectory_id
            and open_trajectories.month_start = contacts.month_start

)

select
    {{ subject_key('trajectory', 'trajectory_id') }} as subject_key,
    month_end as observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from quiet_since
where {{ dbt.datediff('quiet_since_on', 'month_end', 'day') }} > 90
