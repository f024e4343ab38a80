with

pairs as (

    select * from {{ ref('int_instrument_pairs') }}

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}
    where shows_shift

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- A list is paired when any of its dimensions is.
starts as (

    select
        pairs.pair_key,
        pairs.source_id,
        pairs.design,
        pairs.client_id,
        pairs.started_on,
        min(pairs.team_code) as team_code,
        min(pairs.closed_on) as closed_on
    from pairs
    inner join dimensions
        on
            pairs.instrument_id = dimensions.instrument_id
            and pairs.instrument_version = dimensions.instrument_version
            and pairs.dimension_code = dimensions.dimension_code
    group by
        pairs.pair_key,
        pairs.source_id,
        pairs.design,
        pairs.client_id,
        pairs.started_on

),

helped as (

    select
        starts.pair_key,
        max({{ end_or_never('trajectories.ended_on') }}) as ended_on
    from starts
    inner join trajectories
        on
            starts.client_id = trajectories.client_id
            and starts.started_on >= trajectories.started_on
            and starts.started_on <= {{ end_or_never('trajectories.ended_on') }}
    group by starts.pair_key

),

-- Without a trajectory nobody knows when the help ended: a year is given.
dated as (

    select
        starts.pair_key,
        starts.source_id,
        starts.design,
        starts.team_code,
        starts.started_on,
        starts.closed_on is not null as is_paired,
        cast(
            coalesce(
                starts.closed_on,
                helped.ended_on,
                {{ dbt.dateadd('day', 365, 'starts.started_on') }}
            ) as date
        ) as due_on
    from starts
    left join helped on starts.pair_key = helped.pair_key

)

-- Who is still being helped has no slot list yet, which is no silence.
select
    dated.pair_key,
    dated.source_id,
    dated.design,
    dated.team_code,
    dated.started_on,
    dated.is_paired,
    dated.due_on
from dated
inner join settings on dated.due_on <= settings.as_of
