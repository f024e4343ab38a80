with

scores as (

    select * from {{ ref('int_instrument_scores') }}
    where score is not null

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}
    where has_scale

),

on_scales as (

    select
        scores.design,
        scores.record_ref,
        scores.source_id,
        scores.team_code,
        scores.service_code,
        coalesce(scores.measured_on, scores.recorded_on) as occurred_on,
        scores.client_id,
        scores.response_id,
        scores.instrument_id,
        scores.instrument_version,
        scores.dimension_code,
        scores.score,
        dimensions.scale_min,
        dimensions.scale_max
    from scores
    inner join dimensions
        on
            scores.instrument_id = dimensions.instrument_id
            and scores.instrument_version = dimensions.instrument_version
            and scores.dimension_code = dimensions.dimension_code

),

-- A team that goes to another scale within a year leaves the year without one scale.
with_first_scale as (

    select
        design,
        record_ref,
        source_id,
        team_code,
        service_code,
        occurred_on,
        client_id,
        response_id,
        dimension_code,
        score,
        scale_min,
        scale_max,
        first_value(scale_min) over (
            partition by
                team_code, instrument_id, dimension_code, {{ year_of('occurred_on') }}
            order by occurred_on, instrument_version
        ) as first_scale_min,
        first_value(scale_max) over (
            partition by
                team_code, instrument_id, dimension_code, {{ year_of('occurred_on') }}
            order by occurred_on, instrument_version
        ) as first_scale_max
    from on_scales

)

select
    'survey' as source_name,
    case when design = 'start_slot' then 'start_slot' else 'instrument_scores' end as table_name,
    case
        when design <> 'start_slot' then 'score'
        when dimension_code = 'last' then 'burden_score'
        else 'frequency_rank'
    end as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    occurred_on,
    client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    response_id,
    score not between scale_min and scale_max
    or (
        team_code <> 'onbekend'
        and (scale_min <> first_scale_min or scale_max <> first_scale_max)
    ) as is_hit
from with_first_scale
-- The other answers of a slot list are yes or no.
where
    design <> 'start_slot'
    or dimension_code in ('last', 'gedrag')
