with

figures as (

    select * from {{ ref('fct_kpi_value') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

periods as (

    select
        period_type,
        period_start,
        case period_type
            when 'year' then {{ period_end('year', 'period_start') }}
            when 'quarter' then {{ period_end('quarter', 'period_start') }}
            else {{ period_end('month', 'period_start') }}
        end as period_end
    from figures
    group by period_type, period_start

)

select
    periods.period_type,
    periods.period_start,
    periods.period_end,
    {{ year_of('periods.period_start') }} as year_number,
    cast(extract(month from periods.period_start) as integer) as month_number,
    case periods.period_type
        when 'year' then cast({{ year_of('periods.period_start') }} as {{ dbt.type_string() }})
        when 'quarter'
            then
                cast({{ year_of('periods.period_start') }} as {{ dbt.type_string() }})
                || ' kwartaal '
                || cast(
                    cast(extract(quarter from periods.period_start) as integer)
                    as {{ dbt.type_string() }}
                )
        else
            {{ month_name_nl('cast(extract(month from periods.period_start) as integer)') }}
            || ' ' || cast({{ year_of('periods.period_start') }} as {{ dbt.type_string() }})
    end as period_name_nl,
    {{ dbt.dateadd('day', 'settings.month_close_days', 'periods.period_end') }}
    <= settings.as_of as is_closed,
    case periods.period_type
        when 'year' then 'Jaar'
        when 'quarter' then 'Kwartaal'
        else 'Maand'
    end as period_type_nl,
    case periods.period_type
        when 'year' then 1
        when 'quarter' then 2
        else 3
    end as period_type_order,
    case
        when periods.period_type <> 'year'
            then cast(extract(quarter from periods.period_start) as integer)
    end as quarter_number,
    10 * (
        10000 * {{ year_of('periods.period_start') }}
        + 100 * cast(extract(month from periods.period_start) as integer)
    )
    + case periods.period_type
        when 'year' then 1
        when 'quarter' then 2
        else 3
    end as sort_order
from periods
cross join settings
