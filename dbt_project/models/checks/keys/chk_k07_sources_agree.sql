with

clients as (

    select * from {{ ref('stg_ecd__clients') }}
    where
        client_id is not null
        and birth_year is not null

),

compared as (

    select
        record_ref,
        source_id,
        coalesce(registered_on, recorded_on) as occurred_on,
        client_id,
        min(source_id) over (partition by client_id)
        <> max(source_id) over (partition by client_id) as is_in_more_sources,
        min(birth_year) over (partition by client_id)
        <> max(birth_year) over (partition by client_id) as is_hit
    from clients

)

-- Which of the sources is wrong cannot be seen, so each of them is judged.
select
    'ecd' as source_name,
    'clients' as table_name,
    'birth_year' as column_name,
    record_ref,
    source_id,
    {{ not_applicable() }} as team_code,
    {{ not_applicable() }} as service_code,
    occurred_on,
    client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    is_hit
from compared
where is_in_more_sources
