with

figures as (

    select * from {{ ref('int_kpi_values') }}
    where
        unit = 'percentage'
        or denominator is not null

)

select
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    '' as slice_key,
    -- Nothing to divide by has no value, not even nought.
    coalesce(denominator <= 0 and value is not null, false)
    or coalesce(unit = 'percentage' and numerator > denominator, false)
    or coalesce(unit = 'percentage' and (value < 0 or value > 100), false) as is_hit
from figures
