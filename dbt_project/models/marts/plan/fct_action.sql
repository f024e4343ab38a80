with

actions as (

    select * from {{ ref('stg_meetplan__actions') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    actions.record_ref,
    actions.service_code,
    actions.team_code,
    actions.moment_on,
    actions.kpi_id,
    actions.action_nl,
    actions.owner_nl,
    actions.due_on,
    actions.status_code,
    actions.status_code = 'open' and actions.due_on < settings.as_of as is_overdue
from actions
cross join settings
where actions.moment_on <= settings.as_of
