with

source as (

    select * from {{ source('definition', 'intended_effects') }}

)

select
    intended_effect_id,
    life_domain_code,
    text_nl,
    source,
    confidence,
    notes,
    definition_version,
    imported_on
from source
