with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}
    where minutes is not null

),

worker_days as (

    select * from {{ ref('int_worker_days') }}

),

judged as (

    select
        worker_id,
        contact_on,
        source_id,
        team_code,
        day_minutes > 12 * 60
        or coalesce(week_minutes > 1.3 * 60 * contract_hours, false) as is_hit
    from worker_days

)

-- Of a day that is right there is nothing to mend, so it has no contact.
select
    'ecd' as source_name,
    'contacts' as table_name,
    'minutes' as column_name,
    {{ not_applicable() }} as record_ref,
    source_id,
    team_code,
    {{ not_applicable() }} as service_code,
    contact_on as occurred_on,
    {{ not_applicable() }} as client_id,
    {{ not_applicable() }} as trajectory_id,
    worker_id,
    {{ not_applicable() }} as response_id,
    false as is_hit,
    true as is_counted
from judged
where not is_hit
union all
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
    true as is_hit,
    row_number() over (
        partition by contacts.worker_id, contacts.contact_on
        order by contacts.source_id, contacts.record_ref
    ) = 1 as is_counted
from contacts
inner join judged
    on
        contacts.worker_id = judged.worker_id
        and contacts.contact_on = judged.contact_on
where judged.is_hit
