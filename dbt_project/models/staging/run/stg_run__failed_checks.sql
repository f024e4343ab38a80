with

source as (

    select * from {{ source('run', 'failed_checks') }}

)

select check_id
from source
