with

declared as (

    select * from {{ ref('stg_meetplan__instruments') }}

),

listed as (

    select * from {{ ref('instrument_dimensions') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

-- The sheet of the organisation wins, dimension by dimension.
stacked as (

    select
        instrument_id,
        instrument_version,
        dimension_code,
        name_nl,
        sort_order,
        scale_min,
        scale_max,
        better,
        false as is_rank,
        source_nl as source,
        1 as precedence
    from declared
    union all
    select
        instrument_id,
        instrument_version,
        dimension_code,
        name_nl,
        sort_order,
        scale_min,
        scale_max,
        better,
        is_rank,
        source,
        2 as precedence
    from listed

),

once as (

    select
        instrument_id,
        instrument_version,
        dimension_code,
        name_nl,
        sort_order,
        scale_min,
        scale_max,
        better,
        is_rank,
        source
    from stacked
    qualify row_number() over (
        partition by instrument_id, instrument_version, dimension_code
        order by precedence asc, name_nl asc
    ) = 1

),

-- What an instrument is for does not change with a version that only the organisation has.
natures as (

    select
        instrument_id,
        min(name_nl) as name_nl,
        bool_and(measures_change) as measures_change,
        bool_or(is_conversation_tool) as is_conversation_tool,
        min(notes) as notes
    from instruments
    group by instrument_id

)

select
    once.instrument_id,
    once.instrument_version,
    once.dimension_code,
    coalesce(instruments.name_nl, natures.name_nl, once.instrument_id) as instrument_nl,
    once.name_nl,
    once.sort_order,
    once.scale_min,
    once.scale_max,
    once.scale_min is not null and once.scale_max is not null as has_scale,
    once.better,
    once.is_rank,
    coalesce(natures.is_conversation_tool, false) as is_conversation_tool,
    once.better is not null
    and once.scale_min is not null
    and once.scale_max is not null
    and coalesce(natures.measures_change, true)
    and not coalesce(natures.is_conversation_tool, false) as shows_shift,
    once.source,
    coalesce(instruments.notes, natures.notes) as notes
from once
left join instruments
    on
        once.instrument_id = instruments.instrument_id
        and once.instrument_version = instruments.instrument_version
left join natures on once.instrument_id = natures.instrument_id
