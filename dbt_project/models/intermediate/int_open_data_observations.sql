with

observations as (

    select * from {{ ref('stg_open_data__observations') }}

),

tables as (

    select * from {{ ref('int_open_data_tables') }}

),

renumbered as (

    select * from {{ ref('int_region_successors') }}
    where is_same_area

)

select
    observations.table_id,
    tables.revision,
    tables.modified_on,
    tables.retrieved_on,
    observations.topic_id,
    observations.topic_key,
    -- After a merger or a split a published figure is of an area that is no more: its own code.
    coalesce(renumbered.successor_code, observations.region_code) as region_code,
    observations.region_code as published_region_code,
    observations.division_year,
    observations.source_year,
    observations.age_band,
    observations.value,
    observations.value_status
from observations
inner join tables
    on observations.table_id = tables.table_id and observations.revision = tables.revision
left join renumbered
    on
        observations.region_code = renumbered.region_code
        and observations.division_year between renumbered.first_year and renumbered.last_year
