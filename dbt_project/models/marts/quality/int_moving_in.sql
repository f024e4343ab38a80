with

figures as (

    select * from {{ ref('int_measure_sums') }}
    where measure_kind = 'kpi'

),

moving as (

    select * from {{ ref('int_moving_sums') }}

),

classes as (

    select
        measure_id,
        design,
        moves
    from moving
    group by measure_id, design, moves

),

-- Everything in the wider part of the work may belong here: the same without what may differ.
wider as (

    select
        figures.measure_id,
        figures.design,
        figures.period_type,
        figures.period_start,
        figures.breakdown,
        figures.slice_key,
        classes.moves,
        case
            when position('period' in classes.moves) > 0 then 'all'
            else figures.period_type
        end as wider_period_type,
        {{ wider_slice('figures', 'classes.moves', 'breakdown') }} as wider_breakdown,
        {{ wider_slice('figures', 'classes.moves', 'slice_key') }} as wider_slice_key
    from figures
    inner join classes
        on
            figures.measure_id = classes.measure_id
            and figures.design = classes.design

),

summed as (

    select
        wider.measure_id,
        wider.design,
        wider.period_type,
        wider.period_start,
        wider.breakdown,
        wider.slice_key,
        coalesce(moving.numerator, 0) - coalesce(own.numerator, 0) as numerator,
        coalesce(moving.denominator, 0) - coalesce(own.denominator, 0) as denominator,
        moving.left_out - coalesce(own.left_out, 0) as left_out
    from wider
    inner join moving
        on
            wider.measure_id = moving.measure_id
            and wider.design = moving.design
            and wider.moves = moving.moves
            and wider.wider_period_type = moving.period_type
            and wider.wider_breakdown = moving.breakdown
            and wider.wider_slice_key = moving.slice_key
            and (wider.wider_period_type = 'all' or wider.period_start = moving.period_start)
    left join moving as own
        on
            wider.measure_id = own.measure_id
            and wider.design = own.design
            and wider.moves = own.moves
            and {{ same_slice('wider', 'own') }}

)

select
    'kpi' as measure_kind,
    measure_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    cast(sum(greatest(numerator, 0)) as decimal(28, 4)) as numerator,
    cast(sum(greatest(denominator, 0)) as decimal(28, 4)) as denominator,
    cast(sum(greatest(left_out, 0)) as decimal(28, 4)) as left_out
from summed
group by
    measure_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key
