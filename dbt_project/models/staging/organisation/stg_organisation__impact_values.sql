with

source as (

    select * from {{ source('organisation', 'impact_values') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    kpi_id,
    area_code,
    source_year,
    age_band,
    value,
    source_nl,
    table_nl,
    retrieved_on
from source
where reject_reason is null
