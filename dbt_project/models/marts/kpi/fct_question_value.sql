with

measures as (

    select * from {{ ref('int_measure_values') }}
    where measure_kind = 'question'

),

questions as (

    select * from {{ ref('int_questions') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    measures.measure_id as question_id,
    measures.design,
    measures.period_type,
    measures.period_start,
    measures.breakdown,
    {%- for column in slice_columns() %}
    measures.{{ column }},
    {%- endfor %}
    cast(measures.numerator as decimal(18, 4)) as numerator,
    cast(measures.denominator as decimal(18, 4)) as denominator,
    measures.value,
    measures.unit,
    measures.subject_count as n_subjects,
    measures.respondent_count as n_respondents,
    measures.invited_count as n_invited,
    measures.reached_count as n_reached,
    cast(
        100 * cast(measures.respondent_count as double)
        / nullif(coalesce(measures.invited_count, measures.reached_count), 0)
        as decimal(18, 4)
    ) as response_rate,
    measures.interval_low,
    measures.interval_high,
    measures.bound_low,
    measures.bound_high,
    cast(null as decimal(18, 4)) as rule_low,
    cast(null as decimal(18, 4)) as rule_high,
    measures.time_behaviour,
    false as is_selected,
    case when measures.value is null then 'niet te bepalen' else 'betrouwbaar' end as reliability,
    cast(null as {{ dbt.type_string() }}) as reasons,
    {{ dbt.dateadd('day', 'settings.month_close_days', 'measures.period_last_day') }}
    > settings.as_of as is_provisional,
    cast(null as date) as data_as_of,
    cast(null as integer) as source_year,
    cast(null as {{ dbt.type_string() }}) as source_table,
    case when measures.value is null then 'niet beschikbaar' else 'getoond' end as status,
    cast(null as {{ dbt.type_string() }}) as choice_nl,
    coalesce(
        questions.definition_version, '{{ var("definition_version") }}'
    ) as definition_version
from measures
cross join settings
left join questions
    on
        measures.measure_id = questions.question_id
        and questions.questionnaire
        = case measures.design when 'professional' then 'professional' else 'participant' end
