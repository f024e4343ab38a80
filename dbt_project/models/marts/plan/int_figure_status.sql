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
    figures.is_for_commissioner,
    case
        when figures.measure_kind = 'question' then null
        when unchanged.figure_key is not null then 'geduid'
        else 'te duiden'
    end as interpretation_status
from figures
left join unchanged on figures.figure_key = unchanged.figure_key
