with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

attendances as (

    select * from {{ ref('int_attendances') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

contact_months as (

    select
        contacts.client_id,
        contacts.trajectory_id,
        contacts.team_code,
        {{ month_of('contacts.contact_on') }} as month_start
    from contacts
    cross join settings
    where contacts.contact_on <= settings.as_of
    group by
        contacts.client_id,
        contacts.trajectory_id,
        contacts.team_code,
        {{ month_of('contacts.contact_on') }}

),

attendance_months as (

    select
        client_id,
        project_code,
        service_code,
        team_code,
        commissioner_code,
        {{ month_of('attended_on') }} as month_start
    from attendances
    group by
        client_id,
        project_code,
        service_code,
        team_code,
        commissioner_code,
        {{ month_of('attended_on') }}

),

reached as (

    select
        coalesce(contact_months.client_id, trajectories.client_id) as client_id,
        contact_months.month_start,
        {{ unknown('trajectories.service_code') }} as service_code,
        coalesce(trajectories.team_code, contact_months.team_code, 'onbekend') as team_code,
        {{ not_applicable() }} as project_code,
        {{ unknown('trajectories.commissioner_code') }} as commissioner_code
    from contact_months
    left join trajectories on contact_months.trajectory_id = trajectories.trajectory_id

    union all

    select
        client_id,
        month_start,
        service_code,
        team_code,
        project_code,
        commissioner_code
    from attendance_months

)

select
    reached.client_id as subject_key,
    reached.month_start as observed_on,
    {{ unknown('clients.region_code') }} as region_code,
    reached.service_code,
    reached.team_code,
    reached.project_code,
    reached.commissioner_code,
    {{ age_band('clients.birth_year', 'reached.month_start') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from reached
left join clients on reached.client_id = clients.client_id
where reached.client_id is not null
