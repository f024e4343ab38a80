with

figures as (

    select * from {{ ref('int_selected_figures') }}

),

interpreted as (

    select * from {{ ref('int_interpreted') }}

),

unchanged as (

    select figure_key
    from interpreted
    where not is_changed
    group by figure_key

)

select
    figures.measure_kind,
    figures.measure_id,
    figures.design,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.slice_key,
    max(case when figures.is_for_commissioner then 1 else 0 end) = 1 as is_for_commissioner,
    case
        when figures.measure_kind = 'question' then null
        when max(unchanged.figure_key) is not null then 'geduid'
        else 'te duiden'
    end as interpretation_status
from figures
left join unchanged
    on
        figures.figure_key = unchanged.figure_key
        and figures.measure_kind = 'kpi'
group by
    figures.measure_kind,
    figures.measure_id,
    figures.design,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.slice_key
