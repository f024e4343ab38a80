with

source as (

    select * from {{ source('run', 'settings') }}

)

select
    name,
    value
from source
