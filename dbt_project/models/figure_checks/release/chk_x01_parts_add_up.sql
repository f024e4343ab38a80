with

figures as (

    select * from {{ ref('int_kpi_values') }}
    where design <> 'open_data'

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

totals as (

    select
        kpi_id,
        design,
        period_type,
        period_start,
        numerator,
        denominator,
        n_subjects
    from figures
    where breakdown = 'total'

),

parts as (

    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n_subjects) as n_subjects
    from figures
    where breakdown in ('municipality', 'wijk')
    group by kpi_id, design, period_type, period_start, breakdown

),

-- What has a place, unknown included, has it everywhere: a part that is gone is no reason for
-- silence. A KPI without places, such as one about workers, has nothing to add up.
placed as (

    select
        kpi_id,
        design
    from parts
    group by kpi_id, design

),

divisions as (

    select 'municipality' as breakdown
    union all
    select 'wijk' as breakdown

),

compared as (

    select
        totals.kpi_id,
        totals.design,
        totals.period_type,
        totals.period_start,
        divisions.breakdown,
        definitions.per_subject,
        coalesce(totals.numerator, 0) as numerator,
        coalesce(totals.denominator, 0) as denominator,
        coalesce(totals.n_subjects, 0) as n_subjects,
        coalesce(parts.numerator, 0) as parts_numerator,
        coalesce(parts.denominator, 0) as parts_denominator,
        coalesce(parts.n_subjects, 0) as parts_subjects
    from totals
    inner join placed
        on
            totals.kpi_id = placed.kpi_id
            and totals.design = placed.design
    inner join definitions on totals.kpi_id = definitions.kpi_id
    cross join divisions
    left join parts
        on
            totals.kpi_id = parts.kpi_id
            and totals.design = parts.design
            and totals.period_type = parts.period_type
            and totals.period_start = parts.period_start
            and divisions.breakdown = parts.breakdown

)

-- A sum is exact. Where a subject counts once, somebody who lived in two places counts in both.
select
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    '' as slice_key,
    case
        when per_subject <> 'sum' and parts_subjects > n_subjects
            then parts_numerator < numerator
        else
            parts_numerator <> numerator
            or parts_denominator <> denominator
            or (per_subject <> 'sum' and parts_subjects < n_subjects)
    end as is_hit
from compared
