with

built_in as (

    select * from {{ ref('kpis') }}

),

imported as (

    select * from {{ ref('stg_definition__kpis') }}

),

not_imported as (

    select
        built_in.kpi_id,
        built_in.layer,
        built_in.origin,
        built_in.parent_code,
        built_in.parent_name_nl,
        built_in.name_nl,
        built_in.definition_nl,
        built_in.intended_effect_id,
        built_in.linked_impact_ids,
        built_in.unit,
        built_in.numerator_nl,
        built_in.denominator_nl,
        built_in.part_of,
        built_in.requires_age_band,
        built_in.per_age_band_only,
        built_in.status,
        built_in.confidence,
        built_in.source,
        built_in.notes
    from built_in
    left join imported on built_in.kpi_id = imported.kpi_id
    where imported.kpi_id is null

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
    '{{ var("definition_version") }}' as definition_version,
    false as is_imported
from not_imported
union all
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
    true as is_imported
from imported
