with

figures as (

    select * from {{ ref('int_kpi_values') }}

),

release_checks as (

    select * from {{ ref('int_release_checks') }}

),

waived_checks as (

    select * from {{ ref('int_waived_checks') }}

),

-- A release with these waits for a person; who lets it through knows that they cannot be trusted.
broken as (

    select
        release_checks.kpi_id,
        {{ dbt.listagg('release_checks.check_id', "', '", 'order by release_checks.check_id') }}
            as reasons
    from release_checks
    left join waived_checks on release_checks.check_id = waived_checks.check_id
    where
        release_checks.n_hit > 0
        and waived_checks.check_id is null
    group by release_checks.kpi_id

)

select
    figures.kpi_id,
    figures.design,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    {%- for column in slice_columns() %}
    figures.{{ column }},
    {%- endfor %}
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.unit,
    figures.n_subjects,
    figures.n_respondents,
    figures.n_invited,
    figures.n_reached,
    figures.response_rate,
    figures.interval_low,
    figures.interval_high,
    case when broken.kpi_id is null then figures.bound_low end as bound_low,
    case when broken.kpi_id is null then figures.bound_high end as bound_high,
    figures.rule_low,
    figures.rule_high,
    figures.time_behaviour,
    figures.is_selected,
    figures.interpretation_status,
    figures.is_for_commissioner and broken.kpi_id is null as is_for_commissioner,
    case
        when
            broken.kpi_id is null or figures.reliability = 'niet te bepalen'
            then figures.reliability
        else 'onbetrouwbaar'
    end as reliability,
    coalesce(
        figures.reasons || ', ' || broken.reasons, figures.reasons, broken.reasons
    ) as reasons,
    figures.is_provisional,
    figures.data_as_of,
    figures.source_year,
    figures.source_table,
    figures.source_revision,
    figures.division_year,
    figures.status,
    figures.choice_nl,
    figures.definition_version
from figures
left join broken on figures.kpi_id = broken.kpi_id
