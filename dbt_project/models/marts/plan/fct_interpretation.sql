with

interpretations as (

    select * from {{ ref('int_interpretations') }}

),

interpreted as (

    select * from {{ ref('int_interpreted') }}

),

counted as (

    select
        interpretation_key,
        count(*) as figure_count,
        sum(case when is_changed then 1 else 0 end) as changed_count
    from interpreted
    group by interpretation_key

)

select
    interpretations.record_ref,
    interpretations.service_code,
    interpretations.area_code,
    interpretations.moment_on,
    interpretations.kpi_id,
    interpretations.session_on,
    interpretations.interpretation_nl,
    interpretations.unexpected_nl,
    interpretations.track_code,
    interpretations.cos_part,
    cast(coalesce(counted.figure_count, 0) as bigint) as figure_count,
    cast(coalesce(counted.changed_count, 0) as bigint) as changed_count
from interpretations
left join counted on interpretations.interpretation_key = counted.interpretation_key
