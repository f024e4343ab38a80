with

lines as (

    select * from {{ ref('stg_meetplan__canvas_blocks') }}

),

blocks as (

    select * from {{ ref('canvas_blocks') }}

),

services as (

    select service_code
    from lines
    group by service_code

)

select
    services.service_code,
    blocks.block_number,
    blocks.block_code,
    blocks.kwadraad_name_nl,
    cast(
        row_number()
            over (
                partition by services.service_code, blocks.block_number
                order by length(lines.record_ref), lines.record_ref
            )
        as integer
    ) as line_number,
    lines.text_nl
from services
cross join blocks
left join lines
    on
        services.service_code = lines.service_code
        and blocks.block_code = lines.block_code
