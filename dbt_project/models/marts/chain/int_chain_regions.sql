with

chains as (

    select * from {{ ref('int_chains') }}

),

regions as (

    select * from {{ ref('int_regions') }}

)

select
    chains.chain_code,
    regions.region_code
from chains
inner join regions
    on
        chains.area_code = regions.region_code
        or chains.area_code = regions.wijk_code
        or chains.area_code = regions.municipality_code
        or chains.area_code = 'NL00'
