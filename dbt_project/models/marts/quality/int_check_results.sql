with

check_rows as (

    select * from {{ ref('int_check_rows') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

door_results as (

    select * from {{ ref('stg_run__door_results') }}

),

sources as (

    select * from {{ ref('stg_run__sources') }}

),

per_month as (

    select
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
        count(*) as n_applicable,
        count(*) filter (where is_hit) as n_hit
    from check_rows
    group by
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        cast({{ dbt.date_trunc('month', 'occurred_on') }} as date)

),

per_period as (

    select
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        'month' as period_type,
        month_start as period_start,
        n_applicable,
        n_hit
    from per_month
    union all
    select
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        'year' as period_type,
        cast({{ dbt.date_trunc('year', 'month_start') }} as date) as period_start,
        cast(sum(n_applicable) as bigint) as n_applicable,
        cast(sum(n_hit) as bigint) as n_hit
    from per_month
    group by
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        cast({{ dbt.date_trunc('year', 'month_start') }} as date)

),

judged as (

    select
        per_period.check_id,
        per_period.source_id,
        per_period.source_name,
        per_period.table_name,
        per_period.column_name,
        per_period.team_code,
        per_period.period_type,
        per_period.period_start,
        per_period.n_applicable,
        per_period.n_hit,
        cast(
            cast(per_period.n_hit as double) / nullif(per_period.n_applicable, 0)
            as decimal(18, 4)
        ) as share,
        cast(catalogue.flag_threshold as decimal(18, 4)) as threshold,
        catalogue.floor_count,
        catalogue.severity
    from per_period
    inner join catalogue on per_period.check_id = catalogue.check_id

),

at_the_door as (

    select
        door_results.check_id,
        door_results.source_id,
        sources.source_name,
        sources.table_name,
        coalesce(door_results.column_name, '*') as column_name,
        door_results.n_applicable,
        door_results.n_hit,
        door_results.state,
        cast(catalogue.flag_threshold as decimal(18, 4)) as threshold,
        catalogue.severity
    from door_results
    inner join sources on door_results.source_id = sources.source_id
    inner join catalogue on door_results.check_id = catalogue.check_id

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
    threshold,
    case
        when n_applicable < floor_count then 'te weinig'
        when share > threshold then 'afgekeurd'
        else 'akkoord'
    end as state,
    severity
from judged
union all
select
    check_id,
    source_id,
    source_name,
    table_name,
    column_name,
    cast(null as {{ dbt.type_string() }}) as team_code,
    'delivery' as period_type,
    cast(null as date) as period_start,
    n_applicable,
    n_hit,
    cast(cast(n_hit as double) / nullif(n_applicable, 0) as decimal(18, 4)) as share,
    threshold,
    state,
    severity
from at_the_door
