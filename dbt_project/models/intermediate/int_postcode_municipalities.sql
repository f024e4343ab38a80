with

postcodes as (

    select * from {{ ref('stg_organisation__postcodes') }}

),

successors as (

    select * from {{ ref('int_region_successors') }}

),

listed as (

    select * from {{ ref('int_newest_regions') }}

),

newest as (

    select max(division_year) as division_year
    from listed

),

given as (

    select
        substring(postcode, 1, 4) as postcode4,
        'GM' || substring(buurt_code, 3, 4) as municipality_code,
        division_year
    from postcodes
    where
        postcode is not null
        and buurt_code is not null
    group by substring(postcode, 1, 4), 'GM' || substring(buurt_code, 3, 4), division_year

),

placed as (

    select
        given.postcode4,
        {{ current_region('given.municipality_code', 'changes', 'municipalities', 'newest') }}
            as municipality_code
    from given
    cross join newest
    left join listed as municipalities on given.municipality_code = municipalities.region_code
    left join successors as changes
        on {{ is_change_of(
            'changes', 'given.municipality_code', 'given.division_year', 'municipalities'
        ) }}

)

select
    postcode4,
    municipality_code
from placed
where municipality_code is not null
group by postcode4, municipality_code
