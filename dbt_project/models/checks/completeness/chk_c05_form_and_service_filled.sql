with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

support_forms as (

    select * from {{ ref('stg_ecd__support_forms') }}

),

places as (

    select * from {{ ref('int_trajectories') }}

)

select
    'ecd' as source_name,
    'trajectories' as table_name,
    'service_code' as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    coalesce(started_on, intake_on, ended_on, recorded_on) as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    {{ not_applicable() }} as response_id,
    service_code is null as is_hit
from trajectories
union all
select
    'ecd' as source_name,
    'support_forms' as table_name,
    'support_code' as column_name,
    support_forms.record_ref,
    support_forms.source_id,
    places.team_code,
    places.service_code,
    coalesce(support_forms.provided_on, support_forms.recorded_on) as occurred_on,
    support_forms.client_id,
    support_forms.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    support_forms.support_code is null as is_hit
from support_forms
left join places on support_forms.trajectory_id = places.trajectory_id
