with

chains as (

    select * from {{ ref('stg_meetplan__chains') }}

)

select
    chain_code,
    name_nl,
    case when area_code = 'NL' then 'NL00' else area_code end as area_code,
    need_kpi_id,
    need_age_band,
    need_side,
    population_count,
    service_code,
    age_band,
    effect_kpi_id
from chains
where chain_code is not null
-- A code that was typed twice is the chain of the first row.
qualify row_number() over (
    partition by chain_code order by length(record_ref), record_ref
) = 1
