with

hits as (

    select * from {{ ref('int_check_hits') }}

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
from by_column
group by
    check_id,
    source_id,
    table_name,
    record_ref,
    team_code
