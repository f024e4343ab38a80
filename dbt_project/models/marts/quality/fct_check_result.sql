with

registrations as (

    select * from {{ ref('int_check_results') }}

),

figures as (

    select * from {{ ref('int_figure_check_results') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

-- Also the checks that had no figure to judge: they ran.
figure_checks as (

    {% for name in release_check_model_names() + figure_flag_model_names() %}
    select {{ sql_text(check_ids().get(name)) }} as check_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counted as (

    select
        check_id,
        cast(sum(n_applicable) as bigint) as n_applicable,
        cast(sum(n_hit) as bigint) as n_hit
    from figures
    group by check_id

),

judged as (

    select
        figure_checks.check_id,
        coalesce(counted.n_applicable, 0) as n_applicable,
        coalesce(counted.n_hit, 0) as n_hit,
        cast(
            cast(counted.n_hit as double) / nullif(counted.n_applicable, 0) as decimal(18, 4)
        ) as share,
        cast(catalogue.flag_threshold as decimal(18, 4)) as threshold,
        catalogue.severity
    from figure_checks
    inner join catalogue on figure_checks.check_id = catalogue.check_id
    left join counted on figure_checks.check_id = counted.check_id

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
    state,
    severity
from registrations
union all
select
    check_id,
    'impactkompas' as source_id,
    'impactkompas' as source_name,
    'kpi_value' as table_name,
    '*' as column_name,
    cast(null as {{ dbt.type_string() }}) as team_code,
    'release' as period_type,
    cast(null as date) as period_start,
    n_applicable,
    n_hit,
    share,
    threshold,
    -- One figure that cannot be right is too many, whatever the share of them rounds to.
    case
        when n_applicable = 0 then 'niet van toepassing'
        when n_hit > 0 then 'afgekeurd'
        else 'akkoord'
    end as state,
    severity
from judged
