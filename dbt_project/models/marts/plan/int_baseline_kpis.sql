with

selected as (

    select * from {{ ref('int_selected_kpis') }}

),

kpis as (

    select * from {{ ref('dim_kpi') }}

),

impact_kpis as (

    select kpi_id
    from kpis
    where layer = 'impact'

),

-- The impact KPI itself, or one that the definition list links to the effect KPI chosen (R26).
wanted as (

    select
        selected.measurement_code,
        selected.started_on,
        impact_kpis.kpi_id
    from selected
    inner join kpis on selected.kpi_id = kpis.kpi_id
    inner join impact_kpis
        on
            kpis.kpi_id = impact_kpis.kpi_id
            or ',' || replace(replace(kpis.linked_impact_ids, ';', ','), ' ', '') || ','
            like '%,' || impact_kpis.kpi_id || ',%'

)

select
    measurement_code,
    kpi_id,
    started_on
from wanted
group by
    measurement_code,
    kpi_id,
    started_on
