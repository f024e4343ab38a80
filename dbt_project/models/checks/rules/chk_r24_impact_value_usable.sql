with

impact_values as (

    select * from {{ ref('stg_organisation__impact_values') }}

),

kpis as (

    select * from {{ ref('int_kpis') }}
    where layer = 'impact'

),

regions as (

    select * from {{ ref('int_regions') }}

)

select
    'organisation' as source_name,
    'impact_values' as table_name,
    'kpi_id' as column_name,
    impact_values.record_ref,
    impact_values.source_id,
    {{ not_applicable() }} as team_code,
    {{ not_applicable() }} as service_code,
    coalesce(impact_values.retrieved_on, impact_values.recorded_on) as occurred_on,
    {{ not_applicable() }} as client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    kpis.kpi_id is null
    or regions.region_code is null
    or impact_values.value is null
    or impact_values.source_year is null
    or impact_values.retrieved_on is null
    or coalesce(trim(impact_values.source_nl), '') = '' as is_hit
from impact_values
left join kpis on impact_values.kpi_id = kpis.kpi_id
left join regions
    on
        case when impact_values.area_code = 'NL' then 'NL00' else impact_values.area_code end
        = regions.region_code
