with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        happened_on is not null
        and not is_rejected

),

settings as (

    select * from {{ ref('int_settings') }}

)

-- A date in the future places the row in no period; the day of registration does.
select
    registrations.source_name,
    registrations.table_name,
    registrations.date_column as column_name,
    registrations.record_ref,
    registrations.source_id,
    registrations.team_code,
    registrations.service_code,
    case
        when registrations.happened_on <= settings.as_of then registrations.happened_on
        when registrations.recorded_on <= settings.as_of then registrations.recorded_on
        else settings.as_of
    end as occurred_on,
    registrations.client_id,
    registrations.trajectory_id,
    registrations.worker_id,
    registrations.response_id,
    registrations.happened_on > settings.as_of as is_hit
from registrations
cross join settings
