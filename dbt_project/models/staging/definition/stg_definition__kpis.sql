with

source as (

    select * from {{ source('definition', 'kpis') }}

)

select
    kpi_id,
    layer,
    origin,
    parent_code,
    parent_name_nl,
    name_nl,
    definition_nl,
    intended_effect_id,
    linked_impact_ids,
    unit,
    numerator_nl,
    denominator_nl,
    part_of,
    requires_age_band,
    per_age_band_only,
    status,
    confidence,
    source,
    notes,
    definition_version,
    imported_on
from source
