with

selected_kpis as (

    select * from {{ ref('int_selected_kpis') }}

),

links as (

    select * from {{ ref('int_kpi_question_links') }}

),

measures as (

    select * from {{ ref('int_measure_values') }}

),

impact_values as (

    select * from {{ ref('int_impact_values') }}

),

regions as (

    select * from {{ ref('int_regions') }}

),

projects as (

    select * from {{ ref('stg_organisation__projects') }}

),

-- A question is chosen with the KPI that it is linked to (R15).
selected_measures as (

    select
        'kpi' as measure_kind,
        kpi_id as measure_id,
        service_code,
        started_on,
        ended_on,
        audience
    from selected_kpis
    union all
    select
        'question' as measure_kind,
        links.question_id as measure_id,
        selected_kpis.service_code,
        selected_kpis.started_on,
        selected_kpis.ended_on,
        selected_kpis.audience
    from selected_kpis
    inner join links on selected_kpis.kpi_id = links.kpi_id

),

placed_measures as (

    select
        measures.measure_kind,
        measures.measure_id,
        measures.design,
        measures.period_type,
        measures.period_start,
        measures.period_last_day,
        measures.breakdown,
        measures.slice_key,
        coalesce(measures.service_code, projects.service_code) as service_code,
        coalesce(measures.region_code, projects.area_code) as region_code,
        cast(measures.numerator as decimal(18, 4)) as numerator,
        cast(measures.denominator as decimal(18, 4)) as denominator,
        measures.value
    from measures
    left join projects on measures.project_code = projects.project_code

),

-- What an organisation registered counts for the service and within the period agreed (R27).
own_figures as (

    select
        placed_measures.measure_kind,
        placed_measures.measure_id,
        placed_measures.design,
        placed_measures.period_type,
        placed_measures.period_start,
        placed_measures.period_last_day,
        placed_measures.breakdown,
        placed_measures.slice_key,
        placed_measures.service_code,
        placed_measures.region_code,
        placed_measures.numerator,
        placed_measures.denominator,
        placed_measures.value,
        max(case when selected_measures.audience = 'opdrachtgever' then 1 else 0 end)
            as for_commissioner
    from placed_measures
    inner join selected_measures
        on
            placed_measures.measure_kind = selected_measures.measure_kind
            and placed_measures.measure_id = selected_measures.measure_id
            and placed_measures.period_start >= selected_measures.started_on
            and placed_measures.period_last_day
            <= {{ end_or_never('selected_measures.ended_on') }}
            and coalesce(placed_measures.service_code, selected_measures.service_code)
            = selected_measures.service_code
    group by
        placed_measures.measure_kind,
        placed_measures.measure_id,
        placed_measures.design,
        placed_measures.period_type,
        placed_measures.period_start,
        placed_measures.period_last_day,
        placed_measures.breakdown,
        placed_measures.slice_key,
        placed_measures.service_code,
        placed_measures.region_code,
        placed_measures.numerator,
        placed_measures.denominator,
        placed_measures.value

),

selected_anywhere as (

    select
        kpi_id,
        max(case when audience = 'opdrachtgever' then 1 else 0 end) as for_commissioner
    from selected_kpis
    group by kpi_id

),

-- Published figures are of everybody, and of any year.
impact_figures as (

    select
        'kpi' as measure_kind,
        impact_values.kpi_id as measure_id,
        'open_data' as design,
        'year' as period_type,
        {{ first_day_of_year('impact_values.source_year') }} as period_start,
        {{ period_end('year', first_day_of_year('impact_values.source_year')) }}
            as period_last_day,
        {{ impact_breakdown('regions.region_kind', 'impact_values.age_band') }} as breakdown,
        {{ impact_slice_key('impact_values.region_code', 'impact_values.age_band') }}
            as slice_key,
        cast(null as {{ dbt.type_string() }}) as service_code,
        impact_values.region_code,
        cast(impact_values.numerator as decimal(18, 4)) as numerator,
        cast(impact_values.denominator as decimal(18, 4)) as denominator,
        impact_values.value,
        selected_anywhere.for_commissioner
    from impact_values
    inner join selected_anywhere on impact_values.kpi_id = selected_anywhere.kpi_id
    inner join regions on impact_values.region_code = regions.region_code

),

stacked as (

    select * from own_figures
    union all
    select * from impact_figures

)

select
    stacked.measure_kind,
    stacked.measure_id,
    stacked.design,
    stacked.period_type,
    stacked.period_start,
    stacked.period_last_day,
    stacked.breakdown,
    stacked.slice_key,
    stacked.measure_id || '|' || stacked.design || '|' || stacked.period_type || '|'
    || cast(stacked.period_start as {{ dbt.type_string() }}) || '|' || stacked.breakdown
    || '|' || stacked.slice_key as figure_key,
    stacked.service_code,
    stacked.region_code,
    regions.wijk_code,
    regions.municipality_code,
    stacked.numerator,
    stacked.denominator,
    stacked.value,
    stacked.for_commissioner = 1 as is_for_commissioner
from stacked
left join regions on stacked.region_code = regions.region_code
