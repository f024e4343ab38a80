with

clients as (

    select * from {{ ref('stg_ecd__clients') }}

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
        source_id,
        record_ref,
        client_id,
        registered_on,
        recorded_on,
        birth_year,
        postcode4,
        buurt_code,
        coalesce(municipality_code, 'GM' || substring(buurt_code, 3, 4)) as municipality_code,
        division_year
    from clients

),

placed as (

    select
        given.source_id,
        given.record_ref,
        given.client_id,
        given.registered_on,
        given.recorded_on,
        given.birth_year,
        given.postcode4,
        given.buurt_code is not null as has_buurt,
        coalesce(given.buurt_code, given.municipality_code) is not null
        and newest.division_year is not null as is_judged,
        {{ current_region('given.buurt_code', 'buurt_changes', 'buurten', 'newest') }}
            as buurt_code,
        {{ current_region(
            'given.municipality_code', 'municipality_changes', 'municipalities', 'newest'
        ) }} as municipality_code
    from given
    cross join newest
    left join listed as buurten on given.buurt_code = buurten.region_code
    left join listed as municipalities on given.municipality_code = municipalities.region_code
    left join successors as buurt_changes
        on {{ is_change_of('buurt_changes', 'given.buurt_code', 'given.division_year', 'buurten') }}
    left join successors as municipality_changes
        on {{ is_change_of(
            'municipality_changes',
            'given.municipality_code',
            'given.division_year',
            'municipalities'
        ) }}

)

select
    source_id,
    record_ref,
    client_id,
    registered_on,
    recorded_on,
    birth_year,
    postcode4,
    has_buurt,
    municipality_code,
    coalesce(buurt_code, municipality_code, 'onbekend') as region_code,
    case
        when not is_judged then cast(null as boolean)
        when not has_buurt then municipality_code is not null
        when buurt_code is null then false
        else coalesce(municipality_code = 'GM' || substring(buurt_code, 3, 4), true)
    end as is_placed
from placed
