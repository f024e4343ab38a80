with

kpi_columns as (

    select * from {{ ref('stg_run__kpi_columns') }}

),

sources as (

    select * from {{ ref('stg_run__sources') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

tables_read as (

    select
        definitions.kpi_id,
        kpi_columns.source_name,
        kpi_columns.table_name
    from kpi_columns
    inner join definitions on kpi_columns.kpi_model = definitions.kpi_model
    group by definitions.kpi_id, kpi_columns.source_name, kpi_columns.table_name

)

select
    tables_read.kpi_id,
    sources.source_id,
    sources.state,
    -- Codes that changed long ago do not make the figures as old.
    case when tables_read.table_name <> 'region_changes' then sources.data_as_of end as data_as_of,
    case
        when sources.state = 'vastgehouden' then coalesce(sources.held_by_check, 'S01')
        when sources.state in ('verouderd', 'ontbreekt') then 'S01'
    end as reason
from tables_read
inner join sources
    on
        tables_read.source_name = sources.source_name
        and tables_read.table_name = sources.table_name
