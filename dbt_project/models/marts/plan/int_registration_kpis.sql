with

contract_columns as (

    select * from {{ ref('stg_run__contract_columns') }}

),

kpi_columns as (

    select * from {{ ref('stg_run__kpi_columns') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

by_field as (

    select
        contract_columns.source_id,
        contract_columns.column_name,
        definitions.kpi_id
    from contract_columns
    inner join kpi_columns
        on
            contract_columns.source_name = kpi_columns.source_name
            and contract_columns.table_name = kpi_columns.table_name
            and contract_columns.column_name = kpi_columns.column_name
    inner join definitions on kpi_columns.kpi_model = definitions.kpi_model
    where not contract_columns.is_question

),

by_question as (

    select
        contract_columns.source_id,
        contract_columns.column_name,
        links.kpi_id
    from contract_columns
    inner join links on contract_columns.column_name = links.question_id
    where contract_columns.is_question

),

stacked as (

    select * from by_field
    union all
    select * from by_question

)

select
    source_id,
    column_name,
    kpi_id
from stacked
group by
    source_id,
    column_name,
    kpi_id
