with

sums as (

    select * from {{ ref('int_answer_sums') }}

),

scales as (

    select * from {{ ref('stg_survey__answer_scales') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- Answers that were ever given to the question: one that it did not offer is no zero.
options as (

    select
        question_id,
        design,
        scale_id,
        answer_code,
        is_counting
    from sums
    group by question_id, design, scale_id, answer_code, is_counting
    union all
    -- What does not count is a distribution too, whole with the lists that did answer.
    select
        question_id,
        design,
        scale_id,
        'beantwoord' as answer_code,
        false as is_counting
    from sums
    where not is_counting
    group by question_id, design, scale_id

),

slices as (

    select
        question_id,
        design,
        scale_id,
        period_type,
        period_start,
        breakdown,
        slice_key,
        region_code,
        service_code,
        team_code,
        project_code,
        sum(answer_count) as asked_count,
        sum(case when is_counting then answer_count else 0 end) as counting_count
    from sums
    group by
        question_id,
        design,
        scale_id,
        period_type,
        period_start,
        breakdown,
        slice_key,
        region_code,
        service_code,
        team_code,
        project_code

),

labels as (

    select
        scale_id,
        answer_code,
        max(label_nl) as label_nl,
        min(sort_order) as sort_order,
        bool_or(is_positive) as is_positive
    from scales
    group by scale_id, answer_code

),

cells as (

    select
        slices.question_id,
        slices.design,
        slices.scale_id,
        options.answer_code,
        options.is_counting,
        slices.period_type,
        slices.period_start,
        slices.breakdown,
        slices.region_code,
        slices.service_code,
        slices.team_code,
        slices.project_code,
        case
            when options.answer_code = 'beantwoord' then slices.counting_count
            else coalesce(sums.answer_count, 0)
        end as numerator,
        case
            when options.is_counting then slices.counting_count
            else slices.asked_count
        end as denominator
    from slices
    inner join options
        on
            slices.question_id = options.question_id
            and slices.design = options.design
            and slices.scale_id = options.scale_id
    left join sums
        on
            slices.question_id = sums.question_id
            and slices.design = sums.design
            and slices.scale_id = sums.scale_id
            and options.answer_code = sums.answer_code
            and options.is_counting = sums.is_counting
            and {{ same_slice('slices', 'sums') }}

)

select
    cells.question_id,
    cells.design,
    cells.scale_id,
    cells.answer_code,
    coalesce(
        labels.label_nl,
        case cells.answer_code
            when 'beantwoord' then 'Beantwoord'
            when 'overgeslagen' then 'Overgeslagen'
            when 'nvt' then 'Niet van toepassing'
            else cells.answer_code
        end
    ) as label_nl,
    coalesce(
        labels.sort_order,
        case cells.answer_code
            when 'beantwoord' then 997
            when 'nvt' then 998
            when 'overgeslagen' then 999
            else 900
        end
    ) as sort_order,
    cells.is_counting,
    case when cells.is_counting then labels.is_positive end as is_positive,
    cells.period_type,
    cells.period_start,
    cells.breakdown,
    cells.region_code,
    cells.service_code,
    cells.team_code,
    cells.project_code,
    cast(cells.numerator as decimal(18, 4)) as numerator,
    cast(cells.denominator as decimal(18, 4)) as denominator,
    cast(
        100 * cast(cells.numerator as double) / nullif(cells.denominator, 0) as decimal(18, 4)
    ) as value,
    'percentage' as unit,
    cast(cells.denominator as bigint) as n_subjects,
    {{ wilson('cells.numerator', 'cells.denominator', 'low') }} as interval_low,
    {{ wilson('cells.numerator', 'cells.denominator', 'high') }} as interval_high,
    {{ dbt.dateadd(
        'day',
        'settings.month_close_days',
        'case cells.period_type when \'year\' then ' ~ period_end('year', 'cells.period_start')
        ~ ' else ' ~ period_end('quarter', 'cells.period_start') ~ ' end'
    ) }}
    > settings.as_of as is_provisional,
    'getoond' as status,
    {{ choice_of_design(
        'cells.design',
        "'Aandeel van de antwoorden die meetellen; beantwoord, n.v.t. en overgeslagen als "
        ~ "aandeel van wie de vraag kreeg.'"
    ) }} as choice_nl
from cells
cross join settings
left join labels
    on
        cells.scale_id = labels.scale_id
        and cells.answer_code = labels.answer_code
-- Where nobody gave an answer that counts there is no distribution.
where cells.denominator > 0
