with

open_trajectories as (

    select * from {{ ref('int_open_trajectories') }}

),

workers as (

    select * from {{ ref('stg_ecd__workers') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- Before the first case there is no caseload, however long ago the workers came.
month_ends as (

    select month_end
    from open_trajectories
    group by month_end

),

cases_and_workers as (

    select
        {{ subject_key('trajectory', 'trajectory_id') }} as subject_key,
        month_end as observed_on,
        team_code,
        1 as case_count,
        0 as workforce
    from open_trajectories

    union all

    select
        workers.worker_id as subject_key,
        month_ends.month_end as observed_on,
        {{ unknown('workers.team_code') }} as team_code,
        0 as case_count,
        case
            when settings.caseload_unit = 'fte'
                then workers.contract_hours / nullif(settings.fte_hours_per_week, 0)
            else 1
        end as workforce
    from workers
    cross join settings
    inner join month_ends
        on
            workers.employed_from <= month_ends.month_end
            and {{ end_or_never('workers.employed_until') }} >= month_ends.month_end
    where workers.worker_id is not null

)

select
    subject_key,
    observed_on,
    {{ not_applicable() }} as region_code,
    {{ not_applicable() }} as service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    {{ not_applicable() }} as commissioner_code,
    {{ not_applicable() }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('case_count') }} as numerator,
    {{ measure('workforce') }} as denominator
from cases_and_workers
where workforce is not null
