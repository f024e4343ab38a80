with

check_rows as (

    select * from {{ ref('int_check_rows') }}

),

check_slices as (

    select * from {{ ref('int_check_slices') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

waivers as (

    select * from {{ ref('stg_run__waivers') }}

),

door_results as (

    select * from {{ ref('stg_run__door_results') }}

),

sources as (

    select * from {{ ref('stg_run__sources') }}

),

judged_by_slice as (

    select check_id
    from check_slices
    group by check_id

),

-- Of a check that has slices too the rows are only pointed at: its slices judge.
per_month as (

    select
        check_rows.check_id,
        check_rows.source_id,
        check_rows.source_name,
        check_rows.table_name,
        check_rows.column_name,
        check_rows.team_code,
        check_rows.month_start,
        cast(sum(check_rows.n_judged) as bigint) as n_applicable,
        cast(sum(case when check_rows.is_hit then check_rows.n_judged else 0 end) as bigint)
            as n_hit
    from check_rows
    left join judged_by_slice on check_rows.check_id = judged_by_slice.check_id
    where judged_by_slice.check_id is null
    group by
        check_rows.check_id,
        check_rows.source_id,
        check_rows.source_name,
        check_rows.table_name,
        check_rows.column_name,
        check_rows.team_code,
        check_rows.month_start

),

per_year as (

    select
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        cast({{ dbt.date_trunc('year', 'month_start') }} as date) as year_start,
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

measured as (

    {% for period_type, relation in {'month': 'per_month', 'year': 'per_year'}.items() %}
    select
        check_id,
        source_id,
        source_name,
        table_name,
        column_name,
        team_code,
        '{{ period_type }}' as period_type,
        {{ period_type }}_start as period_start,
        n_applicable,
        n_hit,
        cast(cast(n_hit as double) / nullif(n_applicable, 0) as decimal(18, 4)) as share,
        cast(null as decimal(18, 4)) as measure
    from {{ relation }}
    union all
    {% endfor %}
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
        cast(null as decimal(18, 4)) as share,
        measure
    from check_slices

),

judged as (

    select
        measured.check_id,
        measured.source_id,
        measured.source_name,
        measured.table_name,
        measured.column_name,
        measured.team_code,
        measured.period_type,
        measured.period_start,
        measured.n_applicable,
        measured.n_hit,
        measured.share,
        measured.measure,
        case
            when measured.n_applicable < catalogue.floor_count then 'te weinig'
            when coalesce(measured.share, measured.measure) > catalogue.flag_threshold
                then 'afgekeurd'
            else 'akkoord'
        end as state
    from measured
    inner join catalogue on measured.check_id = catalogue.check_id

),

at_the_door as (

    select
        door_results.check_id,
        door_results.source_id,
        sources.source_name,
        sources.table_name,
        coalesce(door_results.column_name, '*') as column_name,
        cast(null as {{ dbt.type_string() }}) as team_code,
        'delivery' as period_type,
        cast(null as date) as period_start,
        door_results.n_applicable,
        door_results.n_hit,
        cast(
            cast(door_results.n_hit as double) / nullif(door_results.n_applicable, 0)
            as decimal(18, 4)
        ) as share,
        cast(null as decimal(18, 4)) as measure,
        door_results.state
    from door_results
    inner join sources on door_results.source_id = sources.source_id

),

outcomes as (

    {% for relation in ['judged', 'at_the_door'] %}
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
        state
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

waived as (

    select
        outcomes.check_id,
        outcomes.source_id,
        outcomes.table_name,
        outcomes.column_name,
        outcomes.team_code,
        outcomes.period_type,
        outcomes.period_start
    from outcomes
    inner join waivers
        on
            outcomes.check_id = waivers.check_id
            and outcomes.source_id = coalesce(waivers.source_id, outcomes.source_id)
            and coalesce(outcomes.team_code, '')
            = coalesce(waivers.team_code, outcomes.team_code, '')
    where outcomes.state = 'afgekeurd'
    group by
        outcomes.check_id,
        outcomes.source_id,
        outcomes.table_name,
        outcomes.column_name,
        outcomes.team_code,
        outcomes.period_type,
        outcomes.period_start

)

select
    outcomes.check_id,
    outcomes.source_id,
    outcomes.source_name,
    outcomes.table_name,
    outcomes.column_name,
    outcomes.team_code,
    outcomes.period_type,
    outcomes.period_start,
    outcomes.n_applicable,
    outcomes.n_hit,
    outcomes.share,
    outcomes.measure,
    cast(catalogue.flag_threshold as decimal(18, 4)) as threshold,
    outcomes.state,
    waived.check_id is not null as is_waived,
    outcomes.state = 'afgekeurd'
    and waived.check_id is null
    and catalogue.severity <> 'info' as is_failing,
    catalogue.severity
from outcomes
inner join catalogue on outcomes.check_id = catalogue.check_id
left join waived
    on
        outcomes.check_id = waived.check_id
        and outcomes.source_id = waived.source_id
        and outcomes.table_name = waived.table_name
        and outcomes.column_name = waived.column_name
        and outcomes.period_type = waived.period_type
        and coalesce(outcomes.team_code, '') = coalesce(waived.team_code, '')
        and coalesce(outcomes.period_start, date '1900-01-01')
        = coalesce(waived.period_start, date '1900-01-01')
