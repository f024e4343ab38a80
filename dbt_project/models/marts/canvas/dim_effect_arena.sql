with

items as (

    select * from {{ ref('stg_meetplan__arena_items') }}

)

select
    arena_code,
    cast(
        row_number() over (partition by arena_code order by length(record_ref), record_ref)
        as integer
    ) as line_number,
    activity_nl,
    effect_nl,
    investor_nl,
    collector_nl
from items
