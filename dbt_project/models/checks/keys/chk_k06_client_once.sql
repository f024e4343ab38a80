with

clients as (

    select * from {{ ref('stg_ecd__clients') }}
    where
        match_token is not null
        and client_id is not null

),

-- One number in two sources is one client: the first registration of a number stands for it.
numbers as (

    select
        record_ref,
        source_id,
        coalesce(registered_on, recorded_on) as occurred_on,
        client_id,
        match_token,
        birth_year,
        postcode4
    from clients
    qualify row_number() over (
        partition by client_id
        order by coalesce(registered_on, recorded_on), source_id, record_ref
    ) = 1

)

-- The first registration of a person is right, every later one is one too many.
select
    'ecd' as source_name,
    'clients' as table_name,
    'client_id' as column_name,
    record_ref,
    source_id,
    {{ not_applicable() }} as team_code,
    {{ not_applicable() }} as service_code,
    occurred_on,
    client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    row_number() over (
        partition by match_token, birth_year, postcode4
        order by occurred_on, client_id
    ) > 1 as is_hit
from numbers
