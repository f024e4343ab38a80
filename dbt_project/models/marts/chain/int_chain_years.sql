with

chains as (

    select * from {{ ref('int_chains') }}

),

reach as (

    select * from {{ ref('int_chain_reach') }}

),

effect as (

    select * from {{ ref('int_chain_effect') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

years as (

    select
        chain_code,
        year_number
    from reach
    union all
    select
        chain_code,
        year_number
    from effect
    union all
    select
        chains.chain_code,
        {{ year_of('settings.as_of') }} as year_number
    from chains
    cross join settings

)

select
    chain_code,
    year_number
from years
group by chain_code, year_number
