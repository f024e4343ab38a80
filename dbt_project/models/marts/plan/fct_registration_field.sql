with

contract_columns as (

    select * from {{ ref('stg_run__contract_columns') }}

),

fed as (

    select * from {{ ref('int_registration_kpis') }}

),

selected as (

    select * from {{ ref('int_selected_kpis') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

selected_now as (

    select selected.kpi_id
    from selected
    inner join settings on {{ end_or_never('selected.ended_on') }} >= settings.as_of
    group by selected.kpi_id

),

counted as (

    select
        fed.source_id,
        fed.column_name,
        count(*) as kpi_count,
        count(selected_now.kpi_id) as selected_kpi_count
    from fed
    left join selected_now on fed.kpi_id = selected_now.kpi_id
    group by fed.source_id, fed.column_name

)

select
    contract_columns.source_id,
    contract_columns.source_name,
    contract_columns.table_name,
    contract_columns.column_name,
    contract_columns.is_question,
    contract_columns.is_required,
    cast(coalesce(counted.kpi_count, 0) as bigint) as kpi_count,
    cast(coalesce(counted.selected_kpi_count, 0) as bigint) as selected_kpi_count,
    coalesce(counted.selected_kpi_count, 0) > 0 as feeds_selected_kpi
from contract_columns
left join counted
    on
        contract_columns.source_id = counted.source_id
        and contract_columns.column_name = counted.column_name
