{%- set slice = [
    'instrument_id', 'instrument_version', 'dimension_code', 'design', 'period_type',
    'period_start', 'breakdown', 'region_code', 'service_code', 'team_code', 'project_code',
    'respondent_role', 'slice_key',
] -%}
with

sums as (

    select * from {{ ref('int_instrument_sums') }}

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}

),

-- Scores that were ever given: the others are no zero. A scale wider than 0 to 10 has too many.
levels as (

    select
        sums.instrument_id,
        sums.instrument_version,
        sums.dimension_code,
        sums.design,
        sums.outcome_code
    from sums
    inner join dimensions
        on
            sums.instrument_id = dimensions.instrument_id
            and sums.instrument_version = dimensions.instrument_version
            and sums.dimension_code = dimensions.dimension_code
    where
        sums.kind = 'verdeling'
        and dimensions.scale_max - dimensions.scale_min <= 10
    group by
        sums.instrument_id,
        sums.instrument_version,
        sums.dimension_code,
        sums.design,
        sums.outcome_code

),

shift_outcomes as (

    select 'beter' as outcome_code
    union all
    select 'gelijk' as outcome_code
    union all
    select 'slechter' as outcome_code

),

measured as (

    select
        {{ slice | join(',\n        ') }},
        cast(sum(score_sum) as decimal(28, 4)) as score_sum,
        cast(sum(score_square_sum) as decimal(28, 4)) as score_square_sum,
        cast(sum(subject_count) as bigint) as subject_count
    from sums
    where kind = 'verdeling'
    group by
        {{ slice | join(',\n        ') }}

),

started as (

    select
        {{ slice | join(',\n        ') }},
        cast(sum(subject_count) as bigint) as start_count,
        cast(
            sum(case when outcome_code = 'niet gekoppeld' then 0 else subject_count end) as bigint
        ) as pair_count
    from sums
    where kind = 'verschuiving'
    group by
        {{ slice | join(',\n        ') }}

),

distributions as (

    select
        {%- for column in slice %}
        measured.{{ column }},
        {%- endfor %}
        'verdeling' as kind,
        levels.outcome_code,
        cast(coalesce(sums.subject_count, 0) as decimal(28, 4)) as numerator,
        measured.subject_count as denominator,
        measured.subject_count,
        cast(null as bigint) as start_count,
        cast(null as bigint) as pair_count,
        cast(null as decimal(28, 4)) as score_square_sum
    from measured
    inner join levels
        on
            measured.instrument_id = levels.instrument_id
            and measured.instrument_version = levels.instrument_version
            and measured.dimension_code = levels.dimension_code
            and measured.design = levels.design
    left join sums
        on
            measured.instrument_id = sums.instrument_id
            and measured.instrument_version = sums.instrument_version
            and measured.dimension_code = sums.dimension_code
            and measured.design = sums.design
            and {{ same_slice('measured', 'sums') }}
            and sums.kind = 'verdeling'
            and levels.outcome_code = sums.outcome_code

),

means as (

    select
        {%- for column in slice %}
        measured.{{ column }},
        {%- endfor %}
        'gemiddelde' as kind,
        'gemiddelde' as outcome_code,
        measured.score_sum as numerator,
        measured.subject_count as denominator,
        measured.subject_count,
        cast(null as bigint) as start_count,
        cast(null as bigint) as pair_count,
        measured.score_square_sum
    from measured
    inner join dimensions
        on
            measured.instrument_id = dimensions.instrument_id
            and measured.instrument_version = dimensions.instrument_version
            and measured.dimension_code = dimensions.dimension_code
    where not dimensions.is_rank

),

shifts as (

    select
        {%- for column in slice %}
        started.{{ column }},
        {%- endfor %}
        'verschuiving' as kind,
        shift_outcomes.outcome_code,
        cast(coalesce(sums.subject_count, 0) as decimal(28, 4)) as numerator,
        started.pair_count as denominator,
        started.pair_count as subject_count,
        started.start_count,
        started.pair_count,
        cast(null as decimal(28, 4)) as score_square_sum
    from started
    cross join shift_outcomes
    left join sums
        on
            started.instrument_id = sums.instrument_id
            and started.instrument_version = sums.instrument_version
            and started.dimension_code = sums.dimension_code
            and started.design = sums.design
            and {{ same_slice('started', 'sums') }}
            and sums.kind = 'verschuiving'
            and shift_outcomes.outcome_code = sums.outcome_code

),

-- No scale: only how many were filled in.
without_scale as (

    select
        {{ slice | join(',\n        ') }},
        kind,
        outcome_code,
        cast(subject_count as decimal(28, 4)) as numerator,
        cast(null as bigint) as denominator,
        subject_count,
        cast(null as bigint) as start_count,
        cast(null as bigint) as pair_count,
        cast(null as decimal(28, 4)) as score_square_sum
    from sums
    where kind = 'ingevuld'

),

stacked as (

    {% for relation in ['distributions', 'means', 'shifts', 'without_scale'] %}
    select * from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    {{ slice | join(',\n    ') }},
    kind,
    outcome_code,
    numerator,
    denominator,
    case
        when kind in ('verdeling', 'verschuiving') then 'percentage'
        when kind = 'gemiddelde' then 'score'
        else 'count'
    end as unit,
    cast(
        case
            when kind in ('verdeling', 'verschuiving')
                then 100 * cast(numerator as double) / nullif(denominator, 0)
            when kind = 'gemiddelde' then cast(numerator as double) / nullif(denominator, 0)
            else numerator
        end
        as decimal(18, 4)
    ) as value,
    {%- for end in ['low', 'high'] %}
    case
        when kind in ('verdeling', 'verschuiving')
            then {{ wilson('numerator', 'denominator', end) }}
        when kind = 'gemiddelde'
            then {{ t_interval('denominator', 'numerator', 'score_square_sum', end) }}
    end as interval_{{ end }},
    {%- endfor %}
    -- As if nobody without a second measurement had this outcome, and as if everybody had.
    case
        when kind = 'verschuiving'
            then
                cast(
                    100 * cast(numerator as double) / nullif(start_count, 0) as decimal(18, 4)
                )
    end as bound_low,
    case
        when kind = 'verschuiving'
            then
                cast(
                    100 * cast(numerator + start_count - pair_count as double)
                    / nullif(start_count, 0)
                    as decimal(18, 4)
                )
    end as bound_high,
    subject_count,
    start_count,
    pair_count
from stacked
