with

measures as (

    select * from {{ ref('int_measure_values') }}
    where
        measure_kind = 'kpi'
        and design = 'afterwards'

),

counted as (

    select
        measure_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        respondent_count,
        coalesce(invited_count, reached_count) as asked_count
    from measures

)

-- Of how many nobody knows, nobody may be said to have answered.
select
    measure_id as kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    respondent_count as n_applicable,
    cast(
        coalesce(1 - cast(respondent_count as double) / nullif(asked_count, 0), 1)
        as decimal(18, 6)
    ) as measure
from counted
