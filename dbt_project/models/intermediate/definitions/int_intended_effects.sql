with

built_in as (

    select * from {{ ref('intended_effects') }}

),

imported as (

    select * from {{ ref('stg_definition__intended_effects') }}

),

not_imported as (

    select
        built_in.intended_effect_id,
        built_in.life_domain_code,
        built_in.text_nl,
        built_in.source,
        built_in.confidence,
        built_in.notes
    from built_in
    left join imported on built_in.intended_effect_id = imported.intended_effect_id
    where imported.intended_effect_id is null

)

select
    intended_effect_id,
    life_domain_code,
    text_nl,
    source,
    confidence,
    notes,
    '{{ var("definition_version") }}' as definition_version,
    false as is_imported
from not_imported
union all
select
    intended_effect_id,
    life_domain_code,
    text_nl,
    source,
    confidence,
    notes,
    definition_version,
    true as is_imported
from imported
