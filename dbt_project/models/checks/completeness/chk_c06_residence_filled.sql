with

clients as (

    select * from {{ ref('stg_ecd__clients') }}

),

postcodes as (

    select * from {{ ref('stg_organisation__postcodes') }}
    where buurt_code is not null

),

-- An organisation delivers the postcodes of the municipalities that it works in.
own_municipalities as (

    select 'GM' || substring(buurt_code, 3, 4) as municipality_code
    from postcodes
    group by 'GM' || substring(buurt_code, 3, 4)

),

residences as (

    select
        record_ref,
        source_id,
        coalesce(registered_on, recorded_on) as occurred_on,
        client_id,
        buurt_code,
        coalesce(municipality_code, 'GM' || substring(buurt_code, 3, 4)) as municipality_code
    from clients

),

judged as (

    select
        'municipality_code' as column_name,
        record_ref,
        source_id,
        occurred_on,
        client_id,
        municipality_code is null as is_hit
    from residences
    union all
    select
        'buurt_code' as column_name,
        residences.record_ref,
        residences.source_id,
        residences.occurred_on,
        residences.client_id,
        residences.buurt_code is null as is_hit
    from residences
    inner join own_municipalities
        on residences.municipality_code = own_municipalities.municipality_code

)

select
    'ecd' as source_name,
    'clients' as table_name,
    column_name,
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
from judged
