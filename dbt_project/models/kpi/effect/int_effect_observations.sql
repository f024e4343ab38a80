with

answers as (

    select * from {{ ref('int_survey_answers') }}

),

scales as (

    select * from {{ ref('stg_survey__answer_scales') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

kpis as (

    select * from {{ ref('int_effect_rules') }}

),

-- One row per filled-in list and question, skipped and 'n.v.t.' included: they were asked.
judged as (

    select
        answers.subject_key,
        answers.design,
        answers.questionnaire,
        answers.question_id,
        answers.completed_on,
        answers.respondent_role,
        answers.age_band,
        answers.cultural_background,
        answers.project_code,
        answers.service_code,
        answers.team_code,
        answers.area_code,
        answers.commissioner_code,
        case when scales.is_counting then 1 else 0 end as counting,
        case when scales.is_counting and scales.is_positive then 1 else 0 end as positive,
        case when answers.answer_code is null then 1 else 0 end as skipped
    from answers
    left join scales
        on
            answers.source_id = scales.source_id
            and answers.scale_id = scales.scale_id
            and answers.answer_code = scales.answer_code

),

per_kpi as (

    select
        links.kpi_id,
        judged.design,
        judged.subject_key,
        judged.completed_on,
        judged.respondent_role,
        judged.age_band,
        judged.cultural_background,
        judged.project_code,
        judged.service_code,
        judged.team_code,
        judged.area_code,
        judged.commissioner_code,
        min(kpis.rule_code) as rule_code,
        sum(judged.counting) as counting,
        sum(judged.positive) as positive,
        sum(judged.skipped) as skipped,
        sum(case when links.is_deciding then judged.counting else 0 end) as deciding_counting,
        sum(case when links.is_deciding then judged.positive else 0 end) as deciding_positive,
        sum(case when links.is_deciding then judged.skipped else 0 end) as deciding_skipped
    from judged
    inner join links
        on
            judged.question_id = links.question_id
            and judged.questionnaire = links.questionnaire
    inner join kpis on links.kpi_id = kpis.kpi_id
    where kpis.rule_code in ('question', 'majority')
    group by
        links.kpi_id,
        judged.design,
        judged.subject_key,
        judged.completed_on,
        judged.respondent_role,
        judged.age_band,
        judged.cultural_background,
        judged.project_code,
        judged.service_code,
        judged.team_code,
        judged.area_code,
        judged.commissioner_code

),

kpi_rows as (

    select
        'kpi' as measure_kind,
        kpi_id as measure_id,
        design,
        subject_key,
        completed_on,
        respondent_role,
        age_band,
        cultural_background,
        project_code,
        service_code,
        team_code,
        area_code,
        commissioner_code,
        -- The professionals' list has no question whose text is that of the KPI.
        case
            when rule_code = 'question' and design = 'afterwards' then deciding_positive
            when 2 * positive > counting then 1
            else 0
        end as numerator,
        case
            when rule_code = 'question' and design = 'afterwards' then deciding_counting
            when counting > 0 then 1
            else 0
        end as denominator,
        case when counting > 0 and positive = counting then 1 else 0 end as numerator_all,
        case when positive > 0 then 1 else 0 end as numerator_any,
        case when counting > 0 then 1 else 0 end as rule_denominator,
        -- As if all that was skipped had been answered: no for the one, yes for the other.
        case
            when rule_code = 'question' and design = 'afterwards' then deciding_positive
            when 2 * positive > counting + skipped then 1
            else 0
        end as numerator_low,
        case
            when rule_code = 'question' and design = 'afterwards'
                then deciding_positive + deciding_skipped
            when 2 * (positive + skipped) > counting + skipped then 1
            else 0
        end as numerator_high,
        case
            when rule_code = 'question' and design = 'afterwards'
                then deciding_counting + deciding_skipped
            when counting + skipped > 0 then 1
            else 0
        end as asked
    from per_kpi

),

question_rows as (

    select
        'question' as measure_kind,
        question_id as measure_id,
        design,
        subject_key,
        completed_on,
        respondent_role,
        age_band,
        cultural_background,
        project_code,
        service_code,
        team_code,
        area_code,
        commissioner_code,
        positive as numerator,
        counting as denominator,
        0 as numerator_all,
        0 as numerator_any,
        0 as rule_denominator,
        positive as numerator_low,
        positive + skipped as numerator_high,
        counting + skipped as asked
    from judged

),

stacked as (

    select * from kpi_rows
    union all
    select * from question_rows

)

select
    measure_kind,
    measure_id,
    design,
    subject_key,
    completed_on as observed_on,
    area_code as region_code,
    service_code,
    team_code,
    project_code,
    commissioner_code,
    age_band,
    respondent_role,
    cultural_background,
    cast(numerator as decimal(18, 4)) as numerator,
    cast(denominator as decimal(18, 4)) as denominator,
    cast(numerator_all as decimal(18, 4)) as numerator_all,
    cast(numerator_any as decimal(18, 4)) as numerator_any,
    cast(rule_denominator as decimal(18, 4)) as rule_denominator,
    cast(numerator_low as decimal(18, 4)) as numerator_low,
    cast(numerator_high as decimal(18, 4)) as numerator_high,
    cast(asked as decimal(18, 4)) as asked
from stacked
