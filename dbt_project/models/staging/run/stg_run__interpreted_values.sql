with

source as (

    select * from {{ source('run', 'interpreted_values') }}

)

select
    interpretation_key,
    figure_key,
    numerator,
    denominator,
    value,
    seen_on
from source
