with

regions as (

    select * from {{ ref('stg_open_data__regions') }}

),

newest as (

    select
        region_code,
        region_kind,
        region_name,
        division_year,
        municipality_code,
        wijk_code
    from regions
    where region_code is not null
    qualify row_number() over (
        partition by region_code
        order by division_year desc nulls last, revision desc nulls last, region_name asc
    ) = 1

)

select
    newest.region_code,
    newest.region_kind,
    newest.region_name,
    newest.division_year,
    newest.municipality_code,
    municipalities.region_name as municipality_name,
    newest.wijk_code,
    wijken.region_name as wijk_name
from newest
left join newest as municipalities on newest.municipality_code = municipalities.region_code
left join newest as wijken on newest.wijk_code = wijken.region_code
