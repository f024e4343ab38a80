with

clients as (

    select * from {{ ref('stg_ecd__clients') }}
    where municipality_code is not null

),

regions as (

    select * from {{ ref('stg_open_data__regions') }}
    where region_kind = 'gemeente'

),

municipalities as (

    select
        region_code,
        division_year
    from regions
    group by region_code, division_year

),

years_at_hand as (

    select division_year
    from regions
    group by division_year

),

newest as (

    select max(division_year) as division_year
    from regions

),

clients_by_year as (

    select
        clients.record_ref,
        clients.source_id,
        clients.client_id,
        clients.municipality_code,
        coalesce(clients.registered_on, clients.recorded_on) as occurred_on,
        coalesce(clients.division_year, newest.division_year) as division_year
    from clients
    cross join newest

)

-- A year of which there is no list cannot be judged.
select
    'ecd' as source_name,
    'clients' as table_name,
    'municipality_code' as column_name,
    clients_by_year.record_ref,
    clients_by_year.source_id,
    {{ not_applicable() }} as team_code,
    {{ not_applicable() }} as service_code,
    clients_by_year.occurred_on,
    clients_by_year.client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    municipalities.region_code is null as is_hit
from clients_by_year
inner join years_at_hand on clients_by_year.division_year = years_at_hand.division_year
left join municipalities
    on
        clients_by_year.municipality_code = municipalities.region_code
        and clients_by_year.division_year = municipalities.division_year
