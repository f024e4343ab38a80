with

budget_requests as (

    select * from {{ ref('stg_ecd__budget_requests') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

decided as (

    select
        budget_requests.trajectory_id,
        budget_requests.client_id,
        budget_requests.decided_on,
        budget_requests.requested_eur,
        budget_requests.granted_eur
    from budget_requests
    cross join settings
    where
        budget_requests.decided_on <= settings.as_of
        and budget_requests.requested_eur is not null
        and budget_requests.client_id is not null

)

select
    decided.client_id as subject_key,
    decided.decided_on as observed_on,
    {{ unknown('trajectories.region_code') }} as region_code,
    {{ unknown('trajectories.service_code') }} as service_code,
    {{ unknown('trajectories.team_code') }} as team_code,
    {{ not_applicable() }} as project_code,
    {{ unknown('trajectories.commissioner_code') }} as commissioner_code,
    {{ age_band('trajectories.birth_year', 'decided.decided_on') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('coalesce(decided.granted_eur, 0)') }} as numerator,
    {{ measure('decided.requested_eur') }} as denominator
from decided
left join trajectories on decided.trajectory_id = trajectories.trajectory_id
