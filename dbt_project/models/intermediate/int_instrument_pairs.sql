with

scores as (

    select * from {{ ref('int_instrument_scores') }}
    where left_out_reason is null

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}

),

keyed as (

    select
        *,
        subject_key
        || '|' || instrument_id
        || '|' || instrument_version
        || '|' || dimension_code
        || '|' || design as series_key
    from scores
    -- A list that was filled in again on the same day replaces the former.
    qualify row_number() over (
        partition by
            design,
            subject_key,
            instrument_id,
            instrument_version,
            dimension_code,
            measured_on,
            moment_code
        order by recorded_on desc nulls last, source_id desc, record_ref desc
    ) = 1

),

-- Without moments the first measurement is the start, and the last one on a later day the slot.
first_and_last as (

    select
        series_key,
        min(measured_on) as first_on,
        max(measured_on) as last_on
    from keyed
    where moment_code is null
    group by series_key

),

moments as (

    select
        keyed.*,
        case
            when keyed.moment_code is not null then keyed.moment_code
            when keyed.measured_on = first_and_last.first_on then 'start'
            when keyed.measured_on = first_and_last.last_on then 'slot'
        end as moment
    from keyed
    left join first_and_last on keyed.series_key = first_and_last.series_key

),

starts as (

    select
        *,
        'response:' || source_id || ':' || response_id as pair_key
    from moments
    where moment = 'start'

),

slots as (

    select
        *,
        'response:' || source_id || ':' || response_id as list_key
    from moments
    where moment = 'slot'

),

-- A slot list closes the latest start list before it; one of the day itself if there is no other.
closing as (

    select
        starts.pair_key,
        starts.series_key,
        starts.measured_on as started_on,
        slots.list_key,
        slots.measured_on as closed_on
    from slots
    inner join starts
        on
            slots.series_key = starts.series_key
            and slots.measured_on >= starts.measured_on
    qualify row_number() over (
        partition by slots.series_key, slots.list_key
        order by
            case when starts.measured_on < slots.measured_on then 1 else 2 end asc,
            starts.measured_on desc,
            starts.pair_key asc
    ) = 1

),

-- The first slot list that closes a start list counts; a later one without a new start does not.
closed as (

    select
        pair_key,
        series_key,
        list_key
    from closing
    qualify row_number() over (
        partition by series_key, pair_key order by closed_on asc, list_key asc
    ) = 1

)

select
    starts.pair_key,
    starts.source_id,
    starts.client_id,
    starts.subject_key,
    starts.design,
    starts.instrument_id,
    starts.instrument_version,
    starts.dimension_code,
    starts.respondent_role,
    starts.measured_on as started_on,
    slots.measured_on as closed_on,
    coalesce(slots.measured_on, starts.measured_on) as observed_on,
    -- As on the day that the row is counted.
    coalesce(slots.region_code, starts.region_code) as region_code,
    coalesce(slots.service_code, starts.service_code) as service_code,
    coalesce(slots.team_code, starts.team_code) as team_code,
    coalesce(slots.project_code, starts.project_code) as project_code,
    coalesce(slots.commissioner_code, starts.commissioner_code) as commissioner_code,
    coalesce(slots.age_band, starts.age_band) as age_band,
    starts.score as start_score,
    slots.score as slot_score,
    case
        when slots.score is null or dimensions.better is null then null
        when slots.score = starts.score then 'gelijk'
        when (slots.score < starts.score) = (dimensions.better = 'lager') then 'beter'
        else 'slechter'
    end as outcome
from starts
inner join dimensions
    on
        starts.instrument_id = dimensions.instrument_id
        and starts.instrument_version = dimensions.instrument_version
        and starts.dimension_code = dimensions.dimension_code
left join closed
    on
        starts.series_key = closed.series_key
        and starts.pair_key = closed.pair_key
left join slots
    on
        closed.series_key = slots.series_key
        and closed.list_key = slots.list_key
