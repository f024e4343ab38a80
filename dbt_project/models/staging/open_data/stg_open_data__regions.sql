with

source as (

    select * from {{ source('open_data', 'regions') }}

)

select
    revision,
    region_code,
    division_year,
    region_kind,
    region_name,
    municipality_code,
    wijk_code
from source
