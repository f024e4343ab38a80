with

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

undeclared as (

    select
        instruments.instrument_id,
        instruments.instrument_version,
        instruments.name_nl,
        instruments.is_conversation_tool,
        instruments.source,
        instruments.notes
    from instruments
    left join dimensions
        on
            instruments.instrument_id = dimensions.instrument_id
            and instruments.instrument_version = dimensions.instrument_version
    where dimensions.instrument_id is null

)

select
    instrument_id,
    instrument_version,
    dimension_code,
    instrument_nl,
    name_nl as dimension_nl,
    sort_order,
    cast(scale_min as decimal(18, 4)) as scale_min,
    cast(scale_max as decimal(18, 4)) as scale_max,
    better,
    shows_shift,
    is_conversation_tool,
    case when has_scale then 'schaal opgegeven' else 'schaal niet opgegeven' end
        as availability_nl,
    source,
    notes
from dimensions
union all
select
    instrument_id,
    instrument_version,
    cast(null as {{ dbt.type_string() }}) as dimension_code,
    name_nl as instrument_nl,
    cast(null as {{ dbt.type_string() }}) as dimension_nl,
    cast(null as integer) as sort_order,
    cast(null as decimal(18, 4)) as scale_min,
    cast(null as decimal(18, 4)) as scale_max,
    cast(null as {{ dbt.type_string() }}) as better,
    false as shows_shift,
    is_conversation_tool,
    'dimensies niet opgegeven' as availability_nl,
    source,
    notes
from undeclared
