with

source as (

    select * from {{ source('meetplan', 'chains') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    chain_code,
    name_nl,
    area_code,
    need_kpi_id,
    need_age_band,
    need_side,
    population_count,
    service_code,
    age_band,
    effect_kpi_id
from source
where reject_reason is null
