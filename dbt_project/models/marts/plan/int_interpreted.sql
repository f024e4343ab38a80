with

figures as (

    select * from {{ ref('int_selected_figures') }}
    where measure_kind = 'kpi'

),

notes as (

    select * from {{ ref('int_interpretations') }}

),

remembered as (

    select * from {{ ref('stg_run__interpreted_values') }}

),

selected_kpis as (

    select * from {{ ref('int_selected_kpis') }}

),

-- Only a service that chose a KPI says something of it, also of its published figures.
interpretations as (

    select
        notes.interpretation_key,
        notes.service_code,
        notes.area_code,
        notes.covers_until,
        selected_kpis.kpi_id
    from notes
    inner join selected_kpis
        on
            coalesce(notes.kpi_id, selected_kpis.kpi_id) = selected_kpis.kpi_id
            and coalesce(notes.service_code, selected_kpis.service_code)
            = selected_kpis.service_code
    group by
        notes.interpretation_key,
        notes.service_code,
        notes.area_code,
        notes.covers_until,
        selected_kpis.kpi_id

),

known_interpretations as (

    select interpretation_key
    from remembered
    group by interpretation_key

),

covered as (

    select
        figures.figure_key,
        interpretations.interpretation_key,
        figures.numerator,
        figures.denominator,
        figures.value
    from figures
    inner join interpretations
        on
            figures.measure_id = interpretations.kpi_id
            and figures.period_last_day <= interpretations.covers_until
            and (
                interpretations.service_code is null
                or figures.service_code = interpretations.service_code
                or figures.design = 'open_data'
            )
            and (
                interpretations.area_code is null
                or interpretations.area_code
                in (figures.region_code, figures.wijk_code, figures.municipality_code)
            )

)

-- Beside an interpretation that counted before, a figure that is new has changed too.
select
    covered.figure_key,
    covered.interpretation_key,
    covered.numerator,
    covered.denominator,
    covered.value,
    known_interpretations.interpretation_key is null as is_new,
    known_interpretations.interpretation_key is not null
    and (
        remembered.figure_key is null
        or covered.numerator is distinct from remembered.numerator
        or covered.denominator is distinct from remembered.denominator
        or covered.value is distinct from remembered.value
    ) as is_changed
from covered
left join known_interpretations
    on covered.interpretation_key = known_interpretations.interpretation_key
left join remembered
    on
        covered.interpretation_key = remembered.interpretation_key
        and covered.figure_key = remembered.figure_key
