with

hits as (

    select * from {{ ref('int_check_hits') }}

),

contract_columns as (

    select * from {{ ref('stg_run__contract_columns') }}

),

-- A row that breaks one rule in two columns is mended once.
by_column as (

    select
        check_id,
        source_id,
        table_name,
        record_ref,
        team_code,
        column_name,
        min(service_code) as service_code,
        min(occurred_on) as occurred_on
    from hits
    group by
        check_id,
        source_id,
        table_name,
        record_ref,
        team_code,
        column_name

),

-- Who mends a row looks for the column as the source calls it.
named as (

    select
        by_column.check_id,
        by_column.source_id,
        by_column.table_name,
        by_column.record_ref,
        by_column.team_code,
        by_column.service_code,
        by_column.occurred_on,
        coalesce(contract_columns.name_at_source, by_column.column_name) as column_name
    from by_column
    left join contract_columns
        on
            by_column.source_id = contract_columns.source_id
            and by_column.table_name = contract_columns.table_name
            and by_column.column_name = contract_columns.column_name

)

select
    check_id,
    source_id,
    table_name,
    record_ref,
    team_code,
    min(service_code) as service_code,
    min(occurred_on) as occurred_on,
    {{ dbt.listagg('column_name', "', '", 'order by column_name') }} as column_names
from named
group by
    check_id,
    source_id,
    table_name,
    record_ref,
    team_code
