with

measurements as (

    select * from {{ ref('int_measurements') }}

),

remembered as (

    select * from {{ ref('stg_run__baseline_values') }}

),

added as (

    select * from {{ ref('int_new_baseline_values') }}

),

impact_values as (

    select * from {{ ref('int_impact_values') }}
    where value is not null

),

newest as (

    select
        kpi_id,
        region_code,
        age_band,
        source_year,
        table_id,
        value
    from impact_values
    qualify row_number() over (
        partition by kpi_id, region_code, age_band order by source_year desc
    ) = 1

),

frozen as (

    select
        measurement_code,
        kpi_id,
        region_code,
        age_band,
        source_year,
        source_table,
        value,
        frozen_on
    from remembered
    union all
    select
        measurement_code,
        kpi_id,
        region_code,
        age_band,
        source_year,
        source_table,
        value,
        frozen_on
    from added

)

select
    frozen.measurement_code,
    frozen.kpi_id,
    frozen.region_code,
    frozen.age_band,
    measurements.started_on,
    frozen.source_year,
    frozen.source_table,
    frozen.value,
    frozen.frozen_on,
    newest.source_year as newest_source_year,
    newest.table_id as newest_source_table,
    newest.value as newest_value,
    'Geen oorzakelijke claim (R25): wat hier verandert hoeft niet door het sociaal werk te komen.'
        as remark_nl
from frozen
inner join measurements on frozen.measurement_code = measurements.measurement_code
left join newest
    on
        frozen.kpi_id = newest.kpi_id
        and frozen.region_code = newest.region_code
        and coalesce(frozen.age_band, '') = coalesce(newest.age_band, '')
