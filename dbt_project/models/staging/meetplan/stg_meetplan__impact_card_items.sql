with

source as (

    select * from {{ source('meetplan', 'impact_card_items') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    project_code,
    phase_code,
    kind_code,
    party_nl,
    sector_code,
    description_nl,
    quantity,
    coefficient_eur,
    amount_eur,
    source_nl
from source
where reject_reason is null
