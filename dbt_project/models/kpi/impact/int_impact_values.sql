with

observations as (

    select * from {{ ref('int_open_data_observations') }}

),

tables as (

    select * from {{ ref('int_open_data_tables') }}

),

links as (

    select * from {{ ref('int_open_data_links') }}

),

hand_entered as (

    select * from {{ ref('stg_organisation__impact_values') }}

),

kpis as (

    select * from {{ ref('int_kpis') }}

),

settings as (

    select * from {{ ref('int_settings') }}

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

from_tables as (

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

candidates as (

    select
        from_tables.kpi_id,
        from_tables.region_code,
        from_tables.division_year,
        from_tables.source_year,
        from_tables.age_band,
        from_tables.table_id,
        tables.revision,
        tables.modified_on,
        tables.retrieved_on,
        from_tables.numerator,
        from_tables.denominator,
        from_tables.value,
        false as is_hand_entered
    from from_tables
    inner join tables on from_tables.table_id = tables.table_id
    union all
    -- R24: an impact value has a public source, and only impact KPI's come in this way.
    select
        hand_entered.kpi_id,
        case when hand_entered.area_code = 'NL' then 'NL00' else hand_entered.area_code end
            as region_code,
        cast(null as integer) as division_year,
        hand_entered.source_year,
        hand_entered.age_band,
        trim(hand_entered.source_nl) || coalesce(': ' || trim(hand_entered.table_nl), '')
            as table_id,
        cast(null as date) as revision,
        cast(null as date) as modified_on,
        hand_entered.retrieved_on,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        hand_entered.value,
        true as is_hand_entered
    from hand_entered
    inner join kpis on hand_entered.kpi_id = kpis.kpi_id
    cross join settings
    where
        kpis.layer = 'impact'
        and trim(hand_entered.source_nl) <> ''
        and hand_entered.value is not null
        and hand_entered.retrieved_on <= settings.as_of
        and hand_entered.source_year <= {{ year_of('settings.as_of') }}

),

-- The same figure may stand in several tables: the one that its source changed last is shown.
-- What was typed in fills gaps only; the value that was looked up last, if it was typed in twice.
ranked as (

    select
        kpi_id,
        region_code,
        division_year,
        source_year,
        age_band,
        table_id,
        revision,
        retrieved_on,
        numerator,
        denominator,
        value,
        is_hand_entered,
        row_number() over (
            partition by kpi_id, region_code, source_year, age_band
            order by
                case when value is null then 1 else 0 end asc,
                case when is_hand_entered then 1 else 0 end asc,
                modified_on desc nulls last,
                case when is_hand_entered then retrieved_on end desc nulls last,
                table_id asc,
                value asc
        ) as preference
    from candidates

)

select
    ranked.kpi_id,
    ranked.region_code,
    ranked.division_year,
    ranked.source_year,
    ranked.age_band,
    ranked.table_id,
    ranked.revision,
    ranked.retrieved_on,
    ranked.numerator,
    ranked.denominator,
    ranked.value,
    kpis.unit,
    ranked.is_hand_entered
from ranked
inner join kpis on ranked.kpi_id = kpis.kpi_id
where ranked.preference = 1
