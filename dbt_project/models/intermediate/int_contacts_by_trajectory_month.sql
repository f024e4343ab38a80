with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

past as (

    select
        contacts.trajectory_id,
        {{ month_of('contacts.contact_on') }} as month_start,
        contacts.contact_on,
        contacts.minutes
    from contacts
    cross join settings
    where
        contacts.trajectory_id is not null
        and contacts.contact_on <= settings.as_of

)

select
    trajectory_id,
    month_start,
    max(contact_on) as last_contact_on,
    cast(coalesce(sum(minutes), 0) as bigint) as minutes
from past
group by trajectory_id, month_start
