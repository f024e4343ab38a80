{{ config(materialized='view') }}

with

interpreted as (

    select * from {{ ref('int_interpreted') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    interpreted.interpretation_key,
    interpreted.figure_key,
    interpreted.numerator,
    interpreted.denominator,
    interpreted.value,
    settings.as_of as seen_on
from interpreted
cross join settings
where interpreted.is_new
