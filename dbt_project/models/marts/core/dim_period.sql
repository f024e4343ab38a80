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
            case cast(extract(month from periods.period_start) as integer)
                {%- for name in [
                    'januari', 'februari', 'maart', 'april', 'mei', 'juni', 'juli', 'augustus',
                    'september', 'oktober', 'november', 'december',
                ] %}
                when {{ loop.index }} then '{{ name }}'
                {%- endfor %}
            end
            || ' ' || cast({{ year_of('periods.period_start') }} as {{ dbt.type_string() }})
    end as period_name_nl,
    {{ dbt.dateadd('day', 'settings.month_close_days', 'periods.period_end') }}
    <= settings.as_of as is_closed
from periods
cross join settings
