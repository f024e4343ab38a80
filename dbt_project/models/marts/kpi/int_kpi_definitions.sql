{#- How each KPI is counted: effect KPI's by rule, every other from the YAML beside its model. -#}
with

effect_rules as (

    select * from {{ ref('int_effect_rules') }}

),

listed as (

    select * from {{ ref('int_kpis') }}

),

from_models as (

    {% for kpi in kpi_metadata() %}
    select
        {{ sql_text(kpi.id) }} as kpi_id,
        {{ sql_text(kpi.model) }} as kpi_model,
        {{ sql_text(kpi.layer) }} as layer,
        {{ sql_text(kpi.name_nl) }} as name_nl,
        {{ sql_text(kpi.definition_nl) }} as definition_nl,
        {{ sql_text(kpi.source) }} as source,
        {{ sql_text(kpi.confidence or 'own') }} as confidence,
        {{ sql_text(kpi.unit) }} as unit,
        {{ sql_text(kpi.per_subject) }} as per_subject,
        {{ sql_text(kpi.time_behaviour) }} as time_behaviour,
        {{ sql_boolean(kpi.has_interval) }} as has_interval,
        {{ sql_text(kpi.period_types | join(',')) }} as period_types,
        {{ sql_text(kpi.formula_nl) }} as formula_nl,
        {{ sql_text(kpi.choice_nl) }} as choice_nl
    {% if not loop.last %}union all{% endif %}
    {% else %}
    select
        {% for column in ['kpi_id', 'kpi_model', 'layer', 'name_nl', 'definition_nl', 'source', 'confidence',
            'unit', 'per_subject', 'time_behaviour'] %}
        {{ sql_text(none) }} as {{ column }},
        {% endfor %}
        false as has_interval,
        {{ sql_text(none) }} as period_types,
        {{ sql_text(none) }} as formula_nl,
        {{ sql_text(none) }} as choice_nl
    where false
    {% endfor %}

),

from_rules as (

    select
        effect_rules.kpi_id,
        'int_effect_observations' as kpi_model,
        effect_rules.definition_version,
        'percentage' as unit,
        'max' as per_subject,
        'flow' as time_behaviour,
        true as has_interval,
        'year,quarter,month' as period_types,
        case effect_rules.rule_code
            when 'question'
                then
                    'Deelnemers met een positief antwoord op vraag '
                    || effect_rules.deciding_question_id
                    || ', gedeeld door deelnemers die deze vraag beantwoordden.'
            when 'majority'
                then
                    'Deelnemers met een positief antwoord op meer dan de helft van de beantwoorde '
                    || 'gekoppelde vragen, gedeeld door deelnemers met minstens één zo''n antwoord.'
            else 'Rekenregel niet gekozen: alleen de uitkomst per vraag.'
        end as formula_nl,
        'Welke antwoorden positief zijn staat in het contract van de vragenlijst; n.v.t. en leeg '
        || 'tellen niet mee. De bron geeft geen rekenregel: ondergrens en bovengrens van de regel '
        || 'tonen wat ''alle'' en ''minstens één'' zouden geven.' as choice_nl
    from effect_rules

)

select
    from_rules.kpi_id,
    from_rules.kpi_model,
    listed.layer,
    listed.name_nl,
    listed.definition_nl,
    listed.source,
    from_rules.unit,
    from_rules.per_subject,
    from_rules.time_behaviour,
    from_rules.has_interval,
    from_rules.period_types,
    from_rules.formula_nl,
    from_rules.choice_nl,
    listed.per_age_band_only,
    listed.confidence,
    from_rules.definition_version
from from_rules
inner join listed on from_rules.kpi_id = listed.kpi_id
union all
select
    from_models.kpi_id,
    from_models.kpi_model,
    coalesce(listed.layer, from_models.layer) as layer,
    coalesce(listed.name_nl, from_models.name_nl) as name_nl,
    coalesce(listed.definition_nl, from_models.definition_nl) as definition_nl,
    coalesce(listed.source, from_models.source) as source,
    from_models.unit,
    from_models.per_subject,
    from_models.time_behaviour,
    from_models.has_interval,
    from_models.period_types,
    from_models.formula_nl,
    from_models.choice_nl,
    coalesce(listed.per_age_band_only, false) as per_age_band_only,
    coalesce(listed.confidence, from_models.confidence) as confidence,
    coalesce(listed.definition_version, '{{ var("definition_version") }}') as definition_version
from from_models
left join listed on from_models.kpi_id = listed.kpi_id
