with

listed as (

    select * from {{ ref('int_kpis') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

effects as (

    select * from {{ ref('int_intended_effects') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

contradictions as (

    select * from {{ ref('contradictions') }}

),

kpi_contradictions as (

    select * from {{ ref('kpi_contradictions') }}

),

open_data_links as (

    select * from {{ ref('int_open_data_links') }}

),

valued as (

    select
        kpi_id,
        count(*) as row_count
    from {{ ref('fct_kpi_value') }}
    where value is not null
    group by kpi_id

),

question_ids as (

    select
        kpi_id,
        {{ dbt.listagg('question_id', "', '", 'order by question_id') }} as question_ids
    from links
    group by kpi_id

),

open_data_kpis as (

    select kpi_id
    from open_data_links
    group by kpi_id

),

unlisted as (

    select
        definitions.kpi_id,
        definitions.layer,
        definitions.name_nl,
        definitions.definition_nl,
        definitions.source,
        definitions.confidence,
        definitions.definition_version
    from definitions
    left join listed on definitions.kpi_id = listed.kpi_id
    where listed.kpi_id is null

),

every_kpi as (

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
        status,
        confidence,
        source,
        notes,
        definition_version,
        is_imported
    from listed
    union all
    select
        kpi_id,
        layer,
        case when kpi_id like 'KW-%' then 'kwadraad' else 'eigen' end as origin,
        cast(null as {{ dbt.type_string() }}) as parent_code,
        cast(null as {{ dbt.type_string() }}) as parent_name_nl,
        name_nl,
        definition_nl,
        cast(null as {{ dbt.type_string() }}) as intended_effect_id,
        cast(null as {{ dbt.type_string() }}) as linked_impact_ids,
        cast(null as {{ dbt.type_string() }}) as unit,
        'text' as status,
        confidence,
        source,
        'Geen onderdeel van het KPI-model.' as notes,
        definition_version,
        false as is_imported
    from unlisted

),

touched as (

    select
        every_kpi.kpi_id,
        kpi_contradictions.contradiction_id
    from every_kpi
    inner join kpi_contradictions
        on
            kpi_contradictions.layer in ('alle', every_kpi.layer)
            or every_kpi.kpi_id like kpi_contradictions.kpi_id
    group by every_kpi.kpi_id, kpi_contradictions.contradiction_id

),

contradictions_by_kpi as (

    select
        touched.kpi_id,
        {{ dbt.listagg(
            'contradictions.contradiction_id',
            "', '",
            'order by length(contradictions.contradiction_id), contradictions.contradiction_id'
        ) }} as contradictions,
        {{ dbt.listagg(
            "contradictions.contradiction_id || ': ' || contradictions.text_nl",
            "' '",
            'order by length(contradictions.contradiction_id), contradictions.contradiction_id'
        ) }} as contradictions_nl
    from touched
    inner join contradictions on touched.contradiction_id = contradictions.contradiction_id
    group by touched.kpi_id

),

-- E4.1.2 comes before E4.1.10 and both before E4.2.1; A8 before A10. Names are alphabetical.
ordered as (

    select
        kpi_id,
        cast(
            row_number() over (
                order by
                    case layer
                        when 'impact' then 1
                        when 'effect' then 2
                        when 'activity' then 3
                        else 4
                    end,
                    case when kpi_id like '%-%' and kpi_id not like '%.%' then kpi_id end
                    nulls first,
                    {%- for part in range(1, 4) %}
                    length({{ dbt.split_part('kpi_id', "'.'", part) }}),
                    {{ dbt.split_part('kpi_id', "'.'", part) }},
                    {%- endfor %}
                    kpi_id
            ) as integer
        ) as sort_order
    from every_kpi

)

select
    every_kpi.kpi_id,
    every_kpi.layer,
    case
        when every_kpi.layer in ('impact', 'effect') then 'outcome'
        when every_kpi.layer = 'activity' then 'input of output'
    end as kind_code,
    every_kpi.origin,
    every_kpi.origin = 'kpi_model' as is_part_of_model,
    every_kpi.parent_code,
    every_kpi.parent_name_nl,
    coalesce(every_kpi.name_nl, 'tekst niet beschikbaar') as name_nl,
    every_kpi.definition_nl,
    every_kpi.intended_effect_id,
    effects.text_nl as intended_effect_nl,
    every_kpi.linked_impact_ids,
    question_ids.question_ids,
    coalesce(definitions.unit, case when every_kpi.layer = 'impact' then every_kpi.unit end)
        as unit,
    coalesce(
        definitions.time_behaviour,
        case when every_kpi.layer = 'impact' and every_kpi.unit is not null then 'stock' end
    ) as time_behaviour,
    definitions.formula_nl,
    definitions.choice_nl,
    case
        when every_kpi.status = 'id_only' then 'tekst niet beschikbaar'
        when every_kpi.status = 'part' and definitions.kpi_id is null
            then 'rekenregel niet gekozen'
        when every_kpi.layer = 'effect' and definitions.kpi_id is null
            then 'vraagkoppeling niet beschikbaar'
        when definitions.formula_nl like 'Rekenregel niet gekozen%' then 'rekenregel niet gekozen'
        when
            definitions.kpi_id is null
            and open_data_kpis.kpi_id is null
            and valued.kpi_id is null
            then 'databron niet gekoppeld'
        when valued.kpi_id is null then 'geen gegevens'
        else 'beschikbaar'
    end as availability_nl,
    every_kpi.status as text_status,
    every_kpi.confidence,
    every_kpi.source,
    every_kpi.notes,
    contradictions_by_kpi.contradictions,
    contradictions_by_kpi.contradictions_nl,
    every_kpi.definition_version,
    every_kpi.is_imported,
    case every_kpi.layer
        when 'impact' then 'Impact'
        when 'effect' then 'Effect'
        when 'activity' then 'Activiteiten'
        else 'Eigen registratie'
    end as layer_nl,
    case every_kpi.layer
        when 'impact' then 1
        when 'effect' then 2
        when 'activity' then 3
        else 4
    end as layer_order,
    coalesce(every_kpi.parent_code || ' ' || every_kpi.parent_name_nl, 'Zonder leefgebied')
        as parent_label_nl,
    every_kpi.kpi_id || ' ' || coalesce(every_kpi.name_nl, '(tekst niet beschikbaar)')
        as kpi_label_nl,
    ordered.sort_order
from every_kpi
inner join ordered on every_kpi.kpi_id = ordered.kpi_id
left join definitions on every_kpi.kpi_id = definitions.kpi_id
left join effects on every_kpi.intended_effect_id = effects.intended_effect_id
left join question_ids on every_kpi.kpi_id = question_ids.kpi_id
left join open_data_kpis on every_kpi.kpi_id = open_data_kpis.kpi_id
left join contradictions_by_kpi on every_kpi.kpi_id = contradictions_by_kpi.kpi_id
left join valued on every_kpi.kpi_id = valued.kpi_id
