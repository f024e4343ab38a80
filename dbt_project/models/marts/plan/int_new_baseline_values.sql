{{ config(materialized='view') }}

with

baseline_kpis as (

    select * from {{ ref('int_baseline_kpis') }}

),

remembered as (

    select * from {{ ref('stg_run__baseline_values') }}

),

impact_values as (

    select * from {{ ref('int_impact_values') }}
    where value is not null

),

regions as (

    select * from {{ ref('int_regions') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

frozen as (

    select
        measurement_code,
        kpi_id
    from remembered
    group by measurement_code, kpi_id

)

-- What was published of a year after the start is no baseline.
select
    baseline_kpis.measurement_code,
    baseline_kpis.kpi_id,
    impact_values.region_code,
    impact_values.age_band,
    impact_values.source_year,
    impact_values.table_id as source_table,
    impact_values.value,
    settings.as_of as frozen_on
from baseline_kpis
inner join impact_values
    on
        baseline_kpis.kpi_id = impact_values.kpi_id
        and impact_values.source_year <= {{ year_of('baseline_kpis.started_on') }}
inner join regions on impact_values.region_code = regions.region_code
inner join settings on baseline_kpis.started_on <= settings.as_of
left join frozen
    on
        baseline_kpis.measurement_code = frozen.measurement_code
        and baseline_kpis.kpi_id = frozen.kpi_id
where frozen.kpi_id is null
qualify row_number() over (
    partition by
        baseline_kpis.measurement_code,
        baseline_kpis.kpi_id,
        impact_values.region_code,
        impact_values.age_band
    order by impact_values.source_year desc
) = 1
