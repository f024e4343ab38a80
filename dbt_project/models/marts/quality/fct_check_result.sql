with

outcomes as (

    select * from {{ ref('int_check_outcomes') }}

),

figure_checks as (

    select * from {{ ref('int_figure_checks') }}

),

release_checks as (

    select * from {{ ref('int_release_checks') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

waived_checks as (

    select * from {{ ref('int_waived_checks') }}

),

failed_checks as (

    select * from {{ ref('stg_run__failed_checks') }}

),

on_figures as (

    select
        check_id,
        period_type,
        period_start,
        cast(count(*) as bigint) as n_applicable,
        cast(sum(case when is_hit then 1 else 0 end) as bigint) as n_hit
    from figure_checks
    group by check_id, period_type, period_start
    union all
    select
        check_id,
        'release' as period_type,
        cast(null as date) as period_start,
        cast(sum(n_applicable) as bigint) as n_applicable,
        cast(sum(n_hit) as bigint) as n_hit
    from release_checks
    group by check_id

),

results as (

    select
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        period_type,
        period_start,
        n_applicable,
        n_hit,
        share,
        measure,
        threshold,
        state,
        is_waived,
        severity
    from outcomes
    union all
    select
        on_figures.check_id,
        cast(null as {{ dbt.type_string() }}) as source_id,
        'kpi' as source_name,
        'kpi_value' as table_name,
        '*' as column_name,
        cast(null as {{ dbt.type_string() }}) as team_code,
        on_figures.period_type,
        on_figures.period_start,
        on_figures.n_applicable,
        on_figures.n_hit,
        cast(
            cast(on_figures.n_hit as double) / on_figures.n_applicable as decimal(18, 4)
        ) as share,
        cast(null as decimal(18, 4)) as measure,
        cast(catalogue.flag_threshold as decimal(18, 4)) as threshold,
        case when on_figures.n_hit > 0 then 'afgekeurd' else 'akkoord' end as state,
        on_figures.n_hit > 0 and waived_checks.check_id is not null as is_waived,
        catalogue.severity
    from on_figures
    inner join catalogue on on_figures.check_id = catalogue.check_id
    left join waived_checks on on_figures.check_id = waived_checks.check_id

),

checks_with_results as (

    select check_id
    from results
    group by check_id

),

-- Every check has a row: one that threw is an error, one that had nothing to judge says so.
without_result as (

    select
        catalogue.check_id,
        catalogue.flag_threshold,
        catalogue.severity,
        case when failed_checks.check_id is null then 'niet van toepassing' else 'fout' end as state
    from catalogue
    left join checks_with_results on catalogue.check_id = checks_with_results.check_id
    left join failed_checks on catalogue.check_id = failed_checks.check_id
    where
        checks_with_results.check_id is null
        or failed_checks.check_id is not null

)

select
    check_id,
    source_id,
    source_name,
    table_name,
    column_name,
    team_code,
    period_type,
    period_start,
    n_applicable,
    n_hit,
    share,
    measure,
    threshold,
    state,
    is_waived,
    severity
from results
union all
select
    check_id,
    cast(null as {{ dbt.type_string() }}) as source_id,
    cast(null as {{ dbt.type_string() }}) as source_name,
    cast(null as {{ dbt.type_string() }}) as table_name,
    cast(null as {{ dbt.type_string() }}) as column_name,
    cast(null as {{ dbt.type_string() }}) as team_code,
    'run' as period_type,
    cast(null as date) as period_start,
    cast(0 as bigint) as n_applicable,
    cast(0 as bigint) as n_hit,
    cast(null as decimal(18, 4)) as share,
    cast(null as decimal(18, 4)) as measure,
    cast(flag_threshold as decimal(18, 4)) as threshold,
    state,
    false as is_waived,
    severity
from without_result
