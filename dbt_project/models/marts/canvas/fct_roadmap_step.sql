with

measurements as (

    select * from {{ ref('stg_meetplan__measurements') }}

),

steps as (

    select * from {{ ref('roadmap_steps') }}

),

statuses as (

    select * from {{ ref('stg_meetplan__roadmap_steps') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

measurement_codes as (

    select measurement_code
    from measurements
    group by measurement_code

),

-- A step that was typed twice has the status of the last row.
reported as (

    select
        statuses.measurement_code,
        statuses.roadmap_code,
        statuses.step_number,
        statuses.status_code,
        statuses.done_on
    from statuses
    cross join settings
    where statuses.done_on is null or statuses.done_on <= settings.as_of
    qualify row_number() over (
        partition by statuses.measurement_code, statuses.roadmap_code, statuses.step_number
        order by length(statuses.record_ref) desc, statuses.record_ref desc
    ) = 1

)

select
    measurement_codes.measurement_code,
    steps.roadmap_code,
    steps.step_number,
    steps.name_nl as step_name_nl,
    coalesce(reported.status_code, 'nog niet') as status_code,
    reported.done_on
from measurement_codes
cross join steps
left join reported
    on
        measurement_codes.measurement_code = reported.measurement_code
        and steps.roadmap_code = reported.roadmap_code
        and steps.step_number = reported.step_number
