with

sums as (

    select * from {{ ref('int_measure_sums') }}

),

responses as (

    select * from {{ ref('int_response_sums') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

flagged as (

    select * from {{ ref('int_flagged_sums') }}
    where check_id = '*'

),

moving_in as (

    select * from {{ ref('int_moving_in') }}

),

joined as (

    select
        sums.measure_kind,
        sums.measure_id,
        sums.design,
        sums.period_type,
        sums.period_start,
        sums.breakdown,
        sums.slice_key,
        {%- for column in slice_columns() %}
        sums.{{ column }},
        {%- endfor %}
        sums.numerator,
        sums.denominator,
        sums.numerator_all,
        sums.numerator_any,
        sums.rule_denominator,
        coalesce(sums.numerator_low, sums.numerator) as numerator_low,
        coalesce(sums.numerator_high, sums.numerator) as numerator_high,
        coalesce(sums.asked, sums.denominator) as asked,
        sums.subject_count,
        -- Dominance (2, 90 %), by the stricter twice the largest: whoever gave most of the hours or
        -- euros of a figure would be known by it. Among people everybody counts for one.
        coalesce(
            sums.largest_numerator > 1 and 20 * sums.largest_numerator > 9 * sums.numerator, false
        )
        or coalesce(
            sums.largest_denominator > 1
            and 20 * sums.largest_denominator > 9 * sums.denominator,
            false
        ) as is_dominated,
        coalesce(definitions.unit, 'percentage') as unit,
        coalesce(definitions.has_interval, true) as has_interval,
        coalesce(definitions.time_behaviour, 'flow') as time_behaviour,
        coalesce(flagged.numerator, 0) as flagged_numerator,
        coalesce(flagged.denominator, 0) as flagged_denominator,
        coalesce(flagged.left_out, 0) as left_out,
        -- What stands in another part of the work, and may belong here.
        coalesce(moving_in.left_out, 0)
        + greatest(coalesce(moving_in.numerator, 0), coalesce(moving_in.denominator, 0))
            as moving_in,
        case
            when responses.project_outside_count = 0 and responses.project_without_reached_count = 0
                then responses.reached_count
        end as reached_count,
        case
            -- Everyone with a start list was asked to fill in the list at the end (pairing rate).
            when sums.design = 'start_slot' then sums.subject_count
            when responses.project_outside_count = 0 and responses.project_without_invited_count = 0
                then responses.invited_count
        end as invited_count
    from sums
    left join definitions on sums.measure_id = definitions.kpi_id
    left join responses
        on
            sums.measure_kind = responses.measure_kind
            and sums.measure_id = responses.measure_id
            and sums.design = responses.design
            and {{ same_slice('sums', 'responses') }}
    left join flagged
        on
            sums.measure_id = flagged.measure_id
            and sums.design = flagged.design
            and {{ same_slice('sums', 'flagged') }}
    left join moving_in
        on
            sums.measure_kind = moving_in.measure_kind
            and sums.measure_id = moving_in.measure_id
            and sums.design = moving_in.design
            and {{ same_slice('sums', 'moving_in') }}

),

-- More answers than people reached means that the count of people reached is wrong.
valued as (

    select
        *,
        case when reached_count >= denominator then reached_count end as reached_usable,
        -- Those who answered and those who are silent, on the list or on the question; a start
        -- without an end is a silence.
        case
            when design = 'start_slot' then subject_count
            when reached_count >= denominator then greatest(reached_count, asked)
            else asked
        end as asked_count,
        cast(
            case unit
                when 'percentage' then 100 * cast(numerator as double) / nullif(denominator, 0)
                when 'hours' then cast(numerator as double) / 60 / nullif(denominator, 0)
                when 'ratio' then cast(numerator as double) / nullif(denominator, 0)
                when 'days' then cast(numerator as double) / nullif(denominator, 0)
                when 'count' then numerator
            end
            as decimal(18, 4)
        ) as value
    from joined

)

select
    measure_kind,
    measure_id,
    design,
    period_type,
    period_start,
    case period_type
        when 'year' then {{ period_end('year', 'period_start') }}
        when 'quarter' then {{ period_end('quarter', 'period_start') }}
        else {{ period_end('month', 'period_start') }}
    end as period_last_day,
    breakdown,
    slice_key,
    {%- for column in slice_columns() %}
    {{ column }},
    {%- endfor %}
    numerator,
    denominator,
    value,
    unit,
    time_behaviour,
    case
        when design = 'registration' or denominator is null then subject_count
        else cast(denominator as bigint)
    end as subject_count,
    case when design in ('afterwards', 'start_slot') then cast(denominator as bigint) end
        as respondent_count,
    cast(invited_count as bigint) as invited_count,
    cast(reached_usable as bigint) as reached_count,
    case when has_interval then {{ wilson('numerator', 'denominator', 'low') }} end
        as interval_low,
    case when has_interval then {{ wilson('numerator', 'denominator', 'high') }} end
        as interval_high,
    case
        when has_interval
            then
                cast(
                    100 * greatest(cast(numerator_low - flagged_numerator as double), 0)
                    / nullif(asked_count + left_out + moving_in, 0)
                    as decimal(18, 4)
                )
        when unit = 'count' then cast(numerator - flagged_numerator as decimal(18, 4))
        when flagged_numerator + flagged_denominator + left_out + moving_in = 0
            then value
    end as bound_low,
    case
        when has_interval
            then
                cast(
                    100 * cast(
                        least(
                            numerator_high
                            + least(
                                flagged_denominator - flagged_numerator, denominator - numerator
                            )
                            + (asked_count - asked)
                            + left_out
                            + moving_in,
                            asked_count + left_out + moving_in
                        ) as double
                    )
                    / nullif(asked_count + left_out + moving_in, 0)
                    as decimal(18, 4)
                )
        when unit = 'count' then cast(numerator + left_out + moving_in as decimal(18, 4))
        when flagged_numerator + flagged_denominator + left_out + moving_in = 0
            then value
    end as bound_high,
    case
        when measure_kind = 'kpi' and rule_denominator > 0
            then
                cast(
                    100 * cast(numerator_all as double) / nullif(rule_denominator, 0)
                    as decimal(18, 4)
                )
    end as rule_low,
    case
        when measure_kind = 'kpi' and rule_denominator > 0
            then
                cast(
                    100 * cast(numerator_any as double) / nullif(rule_denominator, 0)
                    as decimal(18, 4)
                )
    end as rule_high,
    flagged_numerator,
    flagged_denominator,
    left_out,
    is_dominated
from valued
-- Nobody gave an answer that counts: there is no figure, not even an empty one. Starts that all
-- lack their end do stand here: their pairing rate is nought.
where not (has_interval and denominator = 0 and design <> 'start_slot')
