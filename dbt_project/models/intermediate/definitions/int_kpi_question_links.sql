with

built_in as (

    select * from {{ ref('kpi_question_links') }}

),

imported as (

    select * from {{ ref('stg_definition__kpi_question_links') }}

),

-- Links decide together: those of one KPI and questionnaire are never half ours, half imported.
imported_groups as (

    select
        kpi_id,
        questionnaire
    from imported
    group by kpi_id, questionnaire

),

not_imported as (

    select
        built_in.kpi_id,
        built_in.questionnaire,
        built_in.question_id,
        built_in.is_deciding,
        built_in.source
    from built_in
    left join imported_groups
        on
            built_in.kpi_id = imported_groups.kpi_id
            and built_in.questionnaire = imported_groups.questionnaire
    where imported_groups.kpi_id is null

)

select
    kpi_id,
    questionnaire,
    question_id,
    is_deciding,
    source,
    '{{ var("definition_version") }}' as definition_version,
    false as is_imported
from not_imported
union all
select
    kpi_id,
    questionnaire,
    question_id,
    is_deciding,
    source,
    definition_version,
    true as is_imported
from imported
