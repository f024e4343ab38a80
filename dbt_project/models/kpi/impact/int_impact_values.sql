with

observations as (

    select * from {{ ref('stg_open_data__observations') }}

),

tables as (

    select * from {{ ref('stg_open_data__tables') }}

),

links as (

    select * from {{ ref('kpi_open_data_links') }}

),

as_published as (

    select
        links.kpi_id,
        observations.region_code,
        observations.division_year,
        observations.source_year,
        observations.age_band,
        observations.table_id,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        observations.value
    from observations
    inner join links on observations.topic_id = links.topic_id
    where links.role = 'value'

),

parts_expected as (

    select
        kpi_id,
        count(*) as part_count
    from links
    where role in ('numerator', 'denominator')
    group by kpi_id

),

parts_found as (

    select
        links.kpi_id,
        observations.region_code,
        observations.division_year,
        observations.source_year,
        observations.age_band,
        observations.table_id,
        sum(case when links.role = 'numerator' then observations.value end) as numerator,
        sum(case when links.role = 'denominator' then observations.value end) as denominator,
        count(observations.value) as part_count
    from observations
    inner join links on observations.topic_id = links.topic_id
    where links.role in ('numerator', 'denominator')
    group by
        links.kpi_id,
        observations.region_code,
        observations.division_year,
        observations.source_year,
        observations.age_band,
        observations.table_id

),

-- A share of published counts, only where one table publishes every part.
shares as (

    select
        parts_found.kpi_id,
        parts_found.region_code,
        parts_found.division_year,
        parts_found.source_year,
        parts_found.age_band,
        parts_found.table_id,
        case
            when parts_found.part_count = parts_expected.part_count then parts_found.numerator
        end as numerator,
        case
            when parts_found.part_count = parts_expected.part_count then parts_found.denominator
        end as denominator
    from parts_found
    inner join parts_expected on parts_found.kpi_id = parts_expected.kpi_id

),

candidates as (

    select
        kpi_id,
        region_code,
        division_year,
        source_year,
        age_band,
        table_id,
        numerator,
        denominator,
        value
    from as_published
    union all
    select
        kpi_id,
        region_code,
        division_year,
        source_year,
        age_band,
        table_id,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator,
        -- The parts are published in tens and fives: one decimal is all that they carry.
        cast(
            round(
                cast(
                    100 * cast(numerator as double) / nullif(denominator, 0) as decimal(18, 4)
                ),
                1
            )
            as decimal(18, 4)
        ) as value
    from shares

),

-- The same figure may stand in several tables: the one that its source changed last is shown.
ranked as (

    select
        candidates.kpi_id,
        candidates.region_code,
        candidates.division_year,
        candidates.source_year,
        candidates.age_band,
        candidates.table_id,
        candidates.numerator,
        candidates.denominator,
        candidates.value,
        tables.retrieved_on,
        row_number() over (
            partition by
                candidates.kpi_id,
                candidates.region_code,
                candidates.source_year,
                candidates.age_band
            order by
                case when candidates.value is null then 1 else 0 end asc,
                tables.modified_on desc nulls last,
                candidates.table_id asc
        ) as preference
    from candidates
    inner join tables on candidates.table_id = tables.table_id

)

select
    kpi_id,
    region_code,
    division_year,
    source_year,
    age_band,
    table_id,
    retrieved_on,
    numerator,
    denominator,
    value
from ranked
where preference = 1
