with

chains as (

    select * from {{ ref('int_chains') }}

),

chain_years as (

    select * from {{ ref('int_chain_years') }}

),

impact_values as (

    select * from {{ ref('int_impact_values') }}
    where unit = 'percentage' and value is not null

),

inhabitants as (

    select * from {{ ref('int_inhabitants') }}

),

tables as (

    select * from {{ ref('int_open_data_tables') }}

),

shares as (

    select
        chain_years.chain_code,
        chain_years.year_number,
        impact_values.source_year,
        impact_values.table_id,
        case chains.need_side
            when 'waarde' then impact_values.value
            when 'rest' then 100 - impact_values.value
        end as need_share
    from chain_years
    inner join chains on chain_years.chain_code = chains.chain_code
    inner join impact_values
        on
            chains.need_kpi_id = impact_values.kpi_id
            and chains.area_code = impact_values.region_code
            and coalesce(chains.need_age_band, '') = coalesce(impact_values.age_band, '')
            and chain_years.year_number >= impact_values.source_year
    qualify row_number() over (
        partition by chain_years.chain_code, chain_years.year_number
        order by impact_values.source_year desc
    ) = 1

),

populations as (

    select
        chain_years.chain_code,
        chain_years.year_number,
        inhabitants.source_year as population_year,
        inhabitants.inhabitant_count
    from chain_years
    inner join chains on chain_years.chain_code = chains.chain_code
    inner join inhabitants
        on
            chains.area_code = inhabitants.region_code
            and coalesce(chains.need_age_band, '') = coalesce(inhabitants.age_band, '')
            and chain_years.year_number >= inhabitants.source_year
    where chains.population_count is null
    qualify row_number() over (
        partition by chain_years.chain_code, chain_years.year_number
        order by inhabitants.source_year desc
    ) = 1

),

joined as (

    select
        chain_years.chain_code,
        chain_years.year_number,
        shares.source_year,
        coalesce(tables.source_name || ': ' || tables.title, shares.table_id) as source,
        shares.need_share,
        populations.population_year,
        cast(coalesce(chains.population_count, populations.inhabitant_count) as decimal(18, 4))
            as population_count
    from chain_years
    inner join chains on chain_years.chain_code = chains.chain_code
    left join shares
        on
            chain_years.chain_code = shares.chain_code
            and chain_years.year_number = shares.year_number
    left join populations
        on
            chain_years.chain_code = populations.chain_code
            and chain_years.year_number = populations.year_number
    left join tables on shares.table_id = tables.table_id

)

select
    chain_code,
    year_number,
    source_year,
    source,
    cast(need_share as decimal(18, 4)) as need_share,
    population_year,
    population_count,
    -- An estimate times a rounded count: tens are all that it carries.
    cast(
        round(cast(need_share * population_count * 0.01 as decimal(18, 4)), -1) as decimal(18, 4)
    ) as need_count
from joined
