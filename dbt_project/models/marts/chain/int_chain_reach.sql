with

chains as (

    select * from {{ ref('int_chains') }}

),

chain_regions as (

    select * from {{ ref('int_chain_regions') }}

),

persons_reached as (

    select * from {{ ref('kpi_eigen_bereik_persons_reached') }}

)

select
    chains.chain_code,
    {{ year_of('persons_reached.observed_on') }} as year_number,
    count(distinct persons_reached.subject_key) as person_count
from persons_reached
inner join chain_regions on persons_reached.region_code = chain_regions.region_code
inner join chains on chain_regions.chain_code = chains.chain_code
where
    (chains.service_code is null or persons_reached.service_code = chains.service_code)
    and (chains.age_band is null or persons_reached.age_band = chains.age_band)
group by chains.chain_code, {{ year_of('persons_reached.observed_on') }}
