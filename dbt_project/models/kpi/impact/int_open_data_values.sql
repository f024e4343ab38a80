with

observations as (

    select * from {{ ref('stg_open_data__observations') }}

),

tables as (

    select * from {{ ref('stg_open_data__tables') }}

),

-- The same figure may stand in several tables: the one that its source changed last is shown.
ranked as (

    select
        observations.topic_id,
        observations.region_code,
        observations.division_year,
        observations.source_year,
        observations.age_band,
        observations.value,
        observations.value_status,
        observations.table_id,
        tables.retrieved_on,
        row_number() over (
            partition by
                observations.topic_id,
                observations.region_code,
                observations.source_year,
                observations.age_band
            order by
                case when observations.value is null then 1 else 0 end,
                tables.modified_on desc nulls last,
                observations.table_id
        ) as preference
    from observations
    inner join tables on observations.table_id = tables.table_id

)

select
    topic_id,
    region_code,
    division_year,
    source_year,
    age_band,
    value,
    value_status,
    table_id,
    retrieved_on
from ranked
where preference = 1
