-- Of a trajectory the enrolment is what happened first: its start is often planned.
with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        case
            when table_name = 'trajectories' then date_column = 'intake_on'
            else is_main_date and date_column <> '*'
        end
        and happened_on is not null
        and recorded_on is not null
        and not is_rejected

)

select
    source_name,
    table_name,
    date_column as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    happened_on as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    response_id,
    recorded_on < happened_on as is_hit
from registrations
