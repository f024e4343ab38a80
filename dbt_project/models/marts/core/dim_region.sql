with

regions as (

    select * from {{ ref('int_regions') }}

)

select
    region_code,
    region_kind,
    region_name,
    wijk_code,
    municipality_code,
    division_year
from regions
union all
select
    'onbekend' as region_code,
    'onbekend' as region_kind,
    'Onbekend' as region_name,
    cast(null as {{ dbt.type_string() }}) as wijk_code,
    cast(null as {{ dbt.type_string() }}) as municipality_code,
    cast(null as integer) as division_year
