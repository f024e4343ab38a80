with

contacts as (

    select
        *,
        {{ month_of('happened_on') }} as month_start
    from {{ ref('int_registrations') }}
    where
        date_column = 'contact_on'
        and happened_on is not null
        and recorded_on is not null
        and worker_id is not null
        and not is_rejected

),

-- What is recorded on the day itself is no batch, however few days somebody works.
recording_days as (

    select
        source_id,
        team_code,
        worker_id,
        month_start,
        recorded_on,
        count(*) as row_count,
        sum(case when recorded_on > happened_on then 1 else 0 end) as afterwards_count
    from contacts
    group by source_id, team_code, worker_id, month_start, recorded_on

),

ranked_days as (

    select
        source_id,
        team_code,
        worker_id,
        month_start,
        row_count,
        afterwards_count,
        row_number() over (
            partition by source_id, team_code, worker_id, month_start
            order by afterwards_count desc, recorded_on asc
        ) as day_rank
    from recording_days

),

worker_months as (

    select
        source_id,
        team_code,
        worker_id,
        month_start,
        2 * sum(case when day_rank <= 2 then afterwards_count else 0 end) > sum(row_count)
            as is_in_batches
    from ranked_days
    group by source_id, team_code, worker_id, month_start
    having sum(row_count) >= 20

)

select
    contacts.source_name,
    contacts.table_name,
    contacts.date_column as column_name,
    contacts.record_ref,
    contacts.source_id,
    contacts.team_code,
    contacts.service_code,
    contacts.happened_on as occurred_on,
    contacts.client_id,
    contacts.trajectory_id,
    contacts.worker_id,
    contacts.response_id,
    worker_months.is_in_batches as is_hit,
    row_number() over (
        partition by
            contacts.source_id, contacts.team_code, contacts.worker_id, contacts.month_start
        order by contacts.happened_on, contacts.record_ref
    ) = 1 as is_counted
from contacts
inner join worker_months
    on
        contacts.source_id = worker_months.source_id
        and {{ unknown('contacts.team_code') }} = {{ unknown('worker_months.team_code') }}
        and contacts.worker_id = worker_months.worker_id
        and contacts.month_start = worker_months.month_start
