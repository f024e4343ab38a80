with

figures as (

    select * from {{ ref('int_measure_values') }}
    where
        measure_id = 'EIGEN-BEREIK'
        and period_type = 'year'
        and breakdown in ('municipality', 'wijk')

),

inhabitants as (

    select * from {{ ref('int_inhabitants') }}
    where age_band is null

),

regions as (

    select * from {{ ref('int_regions') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}
    where check_id = 'X05'

),

-- The newest count of inhabitants up to the year of the figure, or the oldest after it.
counted as (

    select
        figures.period_start,
        figures.breakdown,
        figures.region_code,
        figures.numerator as person_count,
        inhabitants.inhabitant_count
    from figures
    inner join inhabitants on figures.region_code = inhabitants.region_code
    qualify row_number() over (
        partition by figures.period_start, figures.breakdown, figures.region_code
        order by
            case
                when inhabitants.source_year <= {{ year_of('figures.period_start') }} then 0
                else 1
            end,
            abs({{ year_of('figures.period_start') }} - inhabitants.source_year)
    ) = 1

),

municipalities as (

    select
        period_start,
        region_code,
        person_count,
        inhabitant_count
    from counted
    where breakdown = 'municipality'

)

select
    'EIGEN-BEREIK' as kpi_id,
    'registration' as design,
    'year' as period_type,
    counted.period_start,
    counted.breakdown,
    counted.region_code as slice_key,
    counted.person_count > counted.inhabitant_count
    or coalesce(
        counted.breakdown = 'wijk'
        and counted.person_count >= catalogue.floor_count
        -- The rate of the wijk above five times that of its municipality, without dividing.
        and counted.person_count * municipalities.inhabitant_count
        > 5 * municipalities.person_count * counted.inhabitant_count,
        false
    ) as is_hit
from counted
cross join catalogue
left join regions on counted.region_code = regions.region_code
left join municipalities
    on
        regions.municipality_code = municipalities.region_code
        and counted.period_start = municipalities.period_start
