with

source as (

    select * from {{ source('meetplan', 'arena_items') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    arena_code,
    activity_nl,
    effect_nl,
    investor_nl,
    collector_nl
from source
where reject_reason is null
