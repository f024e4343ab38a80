with

open_trajectories as (

    select * from {{ ref('int_open_trajectories') }}

),

spells as (

    select * from {{ ref('int_complexity_spells') }}

)

select
    {{ subject_key('trajectory', 'open_trajectories.trajectory_id') }} as subject_key,
    open_trajectories.month_end as observed_on,
    open_trajectories.region_code,
    open_trajectories.service_code,
    open_trajectories.team_code,
    {{ not_applicable() }} as project_code,
    open_trajectories.commissioner_code,
    open_trajectories.age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure("case when spells.complexity_code = 'hoog' then 1 else 0 end") }} as numerator,
    {{ measure("case when spells.complexity_code = 'laag' then 1 else 0 end") }} as denominator
from open_trajectories
inner join spells
    on
        open_trajectories.trajectory_id = spells.trajectory_id
        and open_trajectories.month_end >= spells.valid_from
        and open_trajectories.month_end < {{ end_or_never('spells.valid_until') }}
where spells.complexity_code in ('hoog', 'laag')
