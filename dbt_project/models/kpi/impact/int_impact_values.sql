with

published as (

    select * from {{ ref('int_open_data_values') }}

),

links as (

    select * from {{ ref('kpi_open_data_links') }}

),

as_published as (

    select
        links.kpi_id,
        published.region_code,
        published.division_year,
        published.source_year,
        published.age_band,
        published.table_id,
        published.retrieved_on,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        published.value
    from published
    inner join links on published.topic_id = links.topic_id
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

-- A share of published counts, only where every part is published in the same table.
from_counts as (

    select
        links.kpi_id,
        published.region_code,
        published.division_year,
        published.source_year,
        published.age_band,
        published.table_id,
        max(published.retrieved_on) as retrieved_on,
        sum(case when links.role = 'numerator' then published.value end) as numerator,
        sum(case when links.role = 'denominator' then published.value end) as denominator,
        count(published.value) as part_count
    from published
    inner join links on published.topic_id = links.topic_id
    where links.role in ('numerator', 'denominator')
    group by
        links.kpi_id,
        published.region_code,
        published.division_year,
        published.source_year,
        published.age_band,
        published.table_id

),

shares as (

    select
        from_counts.kpi_id,
        from_counts.region_code,
        from_counts.division_year,
        from_counts.source_year,
        from_counts.age_band,
        from_counts.table_id,
        from_counts.retrieved_on,
        case
            when from_counts.part_count = parts_expected.part_count then from_counts.numerator
        end as numerator,
        case
            when from_counts.part_count = parts_expected.part_count then from_counts.denominator
        end as denominator
    from from_counts
    inner join parts_expected on from_counts.kpi_id = parts_expected.kpi_id

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
from as_published
union all
select
    kpi_id,
    region_code,
    division_year,
    source_year,
    age_band,
    table_id,
    retrieved_on,
    cast(numerator as decimal(18, 4)) as numerator,
    cast(denominator as decimal(18, 4)) as denominator,
    -- The parts are published in tens and fives: one decimal is all that they carry.
    cast(
        round(cast(100 * cast(numerator as double) / nullif(denominator, 0) as decimal(18, 4)), 1)
        as decimal(18, 4)
    ) as value
from shares
