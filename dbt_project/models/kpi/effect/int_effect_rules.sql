with

kpis as (

    select * from {{ ref('int_kpis') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

linked as (

    select
        kpi_id,
        max(case when is_deciding then question_id end) as deciding_question_id,
        max(case when is_imported then definition_version end) as imported_links_version
    from links
    group by kpi_id

),

multi_part as (

    select part_of as kpi_id
    from kpis
    where part_of is not null
    group by part_of

)

select
    kpis.kpi_id,
    kpis.per_age_band_only,
    linked.deciding_question_id,
    coalesce(linked.imported_links_version, kpis.definition_version) as definition_version,
    case
        when multi_part.kpi_id is not null then 'not_chosen'
        when linked.deciding_question_id is not null then 'question'
        else 'majority'
    end as rule_code
from kpis
inner join linked on kpis.kpi_id = linked.kpi_id
left join multi_part on kpis.kpi_id = multi_part.kpi_id
