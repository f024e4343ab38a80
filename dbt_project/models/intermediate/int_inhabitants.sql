with

observations as (

    select * from {{ ref('stg_open_data__observations') }}
    where value is not null

),

tables as (

    select * from {{ ref('stg_open_data__tables') }}

),

of_a_group as (

    select
        observations.region_code,
        observations.source_year,
        case observations.topic_id
            when 'inwoners_15_25' then '15-24'
            when 'inwoners_25_45' then '25-44'
            when 'inwoners_45_65' then '45-64'
            when 'inwoners_65plus' then '65+'
        end as age_band,
        observations.table_id,
        tables.modified_on,
        observations.value as inhabitant_count
    from observations
    inner join tables on observations.table_id = tables.table_id
    where
        observations.topic_id in (
            'inwoners', 'inwoners_15_25', 'inwoners_25_45', 'inwoners_45_65', 'inwoners_65plus'
        )

)

select
    region_code,
    source_year,
    age_band,
    inhabitant_count
from of_a_group
-- The same count may stand in several tables: the one that its source changed last.
qualify row_number() over (
    partition by region_code, source_year, age_band
    order by modified_on desc nulls last, table_id asc
) = 1
