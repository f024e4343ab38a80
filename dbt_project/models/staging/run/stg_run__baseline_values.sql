with

source as (

    select * from {{ source('run', 'baseline_values') }}

)

select
    measurement_code,
    kpi_id,
    region_code,
    age_band,
    source_year,
    source_table,
    value,
    frozen_on
from source
