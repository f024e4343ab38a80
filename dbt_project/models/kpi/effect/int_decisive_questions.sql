with

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

rules as (

    select * from {{ ref('int_effect_rules') }}

)

-- The professionals' list has no question whose text is that of the KPI: the majority decides.
select
    links.kpi_id,
    case links.questionnaire when 'professional' then 'professional' else 'afterwards' end
        as design,
    links.question_id
from links
inner join rules on links.kpi_id = rules.kpi_id
where
    rules.rule_code = 'majority'
    or (
        rules.rule_code = 'question'
        and (links.is_deciding or links.questionnaire = 'professional')
    )
group by
    links.kpi_id,
    case links.questionnaire when 'professional' then 'professional' else 'afterwards' end,
    links.question_id
