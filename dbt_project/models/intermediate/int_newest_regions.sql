with

regions as (

    select * from {{ ref('stg_open_data__regions') }}

),

-- A table of one city may be of a later year: only a national list says what there no longer is.
newest as (

    select max(division_year) as division_year
    from regions
    where region_code = 'NL00'

)

select
    regions.region_code,
    regions.division_year
from regions
inner join newest on regions.division_year = newest.division_year
group by regions.region_code, regions.division_year
