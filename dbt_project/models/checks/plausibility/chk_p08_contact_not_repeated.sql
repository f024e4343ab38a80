with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}
    where
        client_id is not null
        and worker_id is not null
        and contact_on is not null
        and minutes is not null

),

same_contacts as (

    select
        client_id,
        worker_id,
        contact_on,
        minutes
    from contacts
    group by client_id, worker_id, contact_on, minutes
    having count(*) > 1

),

-- Of the same contacts the first one stands.
numbered as (

    select
        contacts.source_id,
        contacts.record_ref,
        row_number() over (
            partition by
                contacts.client_id,
                contacts.worker_id,
                contacts.contact_on,
                contacts.minutes
            order by contacts.source_id, contacts.record_ref
        ) as place
    from contacts
    inner join same_contacts
        on
            contacts.client_id = same_contacts.client_id
            and contacts.worker_id = same_contacts.worker_id
            and contacts.contact_on = same_contacts.contact_on
            and contacts.minutes = same_contacts.minutes

),

repeated as (

    select
        source_id,
        record_ref
    from numbered
    where place > 1

)

select
    'ecd' as source_name,
    'contacts' as table_name,
    'minutes' as column_name,
    contacts.record_ref,
    contacts.source_id,
    contacts.team_code,
    {{ not_applicable() }} as service_code,
    contacts.contact_on as occurred_on,
    contacts.client_id,
    contacts.trajectory_id,
    contacts.worker_id,
    {{ not_applicable() }} as response_id,
    repeated.record_ref is not null as is_hit
from contacts
left join repeated
    on
        contacts.source_id = repeated.source_id
        and contacts.record_ref = repeated.record_ref
