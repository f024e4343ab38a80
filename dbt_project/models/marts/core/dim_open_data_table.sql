with

tables as (

    select * from {{ ref('stg_open_data__tables') }}

),

newest as (

    select * from {{ ref('int_open_data_tables') }}

)

select
    tables.table_id,
    tables.revision,
    newest.table_id is not null as is_newest,
    tables.title,
    tables.source_name,
    tables.licence,
    tables.retrieved_on,
    tables.record_count,
    tables.revised_count
from tables
left join newest on tables.table_id = newest.table_id and tables.revision = newest.revision
