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

-- What an organisation registered counts for the service and within the period agreed (R27).
own_figures as (

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
        measures.numerator,
        measures.denominator,
        measures.value,
        selected_measures.audience
    from measures
    inner join selected_measures
        on
            measures.measure_kind = selected_measures.measure_kind
            and measures.measure_id = selected_measures.measure_id
            and measures.period_start >= selected_measures.started_on
            and measures.period_last_day <= {{ end_or_never('selected_measures.ended_on') }}
    left join projects on measures.project_code = projects.project_code
    where
        coalesce(measures.service_code, projects.service_code, selected_measures.service_code)
        = selected_measures.service_code

),

-- Published figures are of everybody: whoever chose the KPI may interpret them.
impact_figures as (

    select
        selected_measures.measure_kind,
        impact_values.kpi_id as measure_id,
        'open_data' as design,
        'year' as period_type,
        {{ first_day_of_year('impact_values.source_year') }} as period_start,
        {{ period_end('year', first_day_of_year('impact_values.source_year')) }}
            as period_last_day,
        {{ impact_breakdown('regions.region_kind', 'impact_values.age_band') }} as breakdown,
        {{ impact_slice_key('impact_values.region_code', 'impact_values.age_band') }}
            as slice_key,
        selected_measures.service_code,
        impact_values.region_code,
        cast(impact_values.numerator as decimal(18, 4)) as numerator,
        cast(impact_values.denominator as decimal(18, 4)) as denominator,
        impact_values.value,
        selected_measures.audience
    from impact_values
    inner join selected_measures
        on
            impact_values.kpi_id = selected_measures.measure_id
            and selected_measures.measure_kind = 'kpi'
    inner join regions on impact_values.region_code = regions.region_code

),

stacked as (

    select * from own_figures
    union all
    select * from impact_figures

),

each_once as (

    select
        measure_kind,
        measure_id,
        design,
        period_type,
        period_start,
        period_last_day,
        breakdown,
        slice_key,
        service_code,
        region_code,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator,
        value,
        max(case when audience = 'opdrachtgever' then 1 else 0 end) as for_commissioner
    from stacked
    group by
        measure_kind,
        measure_id,
        design,
        period_type,
        period_start,
        period_last_day,
        breakdown,
        slice_key,
        service_code,
        region_code,
        cast(numerator as decimal(18, 4)),
        cast(denominator as decimal(18, 4)),
        value

)

select
    each_once.measure_kind,
    each_once.measure_id,
    each_once.design,
    each_once.period_type,
    each_once.period_start,
    each_once.period_last_day,
    each_once.breakdown,
    each_once.slice_key,
    each_once.measure_id || '|' || each_once.design || '|' || each_once.period_type || '|'
    || cast(each_once.period_start as {{ dbt.type_string() }}) || '|' || each_once.breakdown
    || '|' || each_once.slice_key as figure_key,
    each_once.service_code,
    each_once.region_code,
    regions.wijk_code,
    regions.municipality_code,
    each_once.numerator,
    each_once.denominator,
    each_once.value,
    each_once.for_commissioner = 1 as is_for_commissioner
from each_once
left join regions on each_once.region_code = regions.region_code
