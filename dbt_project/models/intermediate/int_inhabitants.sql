with

observations as (

    select * from {{ ref('int_open_data_observations') }}
    where value is not null

),

of_a_group as (

    select
        region_code,
        source_year,
        case topic_id
            when 'inwoners_15_25' then '15-24'
            when 'inwoners_25_45' then '25-44'
            when 'inwoners_45_65' then '45-64'
            when 'inwoners_65plus' then '65+'
        end as age_band,
        table_id,
        modified_on,
        value as inhabitant_count
    from observations
    where
        topic_id in (
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
