with

tables as (

    select * from {{ ref('stg_open_data__tables') }}

)

select
    table_id,
    revision,
    title,
    source_name,
    modified_on,
    retrieved_on
from tables
qualify row_number() over (partition by table_id order by revision desc, retrieved_on desc) = 1
