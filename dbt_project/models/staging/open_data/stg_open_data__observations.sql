with

source as (

    select * from {{ source('open_data', 'observations') }}

)

select
    table_id,
    revision,
    topic_id,
    topic_key,
    region_code,
    division_year,
    source_year,
    age_band,
    value,
    value_status
from source
