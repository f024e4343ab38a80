with

source as (

    select * from {{ source('run', 'kpi_columns') }}

)

select
    kpi_model,
    source_name,
    table_name,
    column_name
from source
