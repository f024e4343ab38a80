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

    select
        selected.service_code,
        selected.kpi_id
    from selected
    inner join settings on {{ end_or_never('selected.ended_on') }} >= settings.as_of
    group by selected.service_code, selected.kpi_id

),

services as (

    select
        service_code,
        count(*) as selected_kpi_count
    from selected_now
    group by service_code

),

feeding as (

    select
        selected_now.service_code,
        fed.source_id,
        fed.column_name
    from fed
    inner join selected_now on fed.kpi_id = selected_now.kpi_id
    group by
        selected_now.service_code,
        fed.source_id,
        fed.column_name

)

select
    services.service_code,
    cast(min(services.selected_kpi_count) as bigint) as selected_kpi_count,
    count(*) filter (where not contract_columns.is_question) as field_count,
    count(*) filter (
        where not contract_columns.is_question and contract_columns.is_required
    ) as required_field_count,
    count(*) filter (
        where
        not contract_columns.is_question
        and contract_columns.is_required
        and feeding.column_name is not null
    ) as required_feeding_field_count,
    count(*) filter (where contract_columns.is_question) as question_count,
    count(*) filter (
        where contract_columns.is_question and feeding.column_name is not null
    ) as feeding_question_count
from services
cross join contract_columns
left join feeding
    on
        services.service_code = feeding.service_code
        and contract_columns.source_id = feeding.source_id
        and contract_columns.column_name = feeding.column_name
group by services.service_code
