-- From the settings alone: a spine that is read from registrations would make every KPI that
-- uses it depend on all of their date columns, and one mistyped year would make it a century long.
with

settings as (

    select * from {{ ref('int_settings') }}

),

years as (

    {% for years_ago in range(var('history_years') + 1) %}
    select {{ year_of('as_of') }} - {{ years_ago }} as year_number from settings
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

month_numbers as (

    {% for month_number in range(1, 13) %}
    select {{ month_number }} as month_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

months as (

    select make_date(years.year_number, month_numbers.month_number, 1) as month_start
    from years
    cross join month_numbers

)

select
    months.month_start,
    {{ dbt.last_day('months.month_start', 'month') }} as month_end,
    cast({{ dbt.date_trunc('quarter', 'months.month_start') }} as date) as quarter_start,
    cast({{ dbt.date_trunc('year', 'months.month_start') }} as date) as year_start,
    {{ dbt.last_day('months.month_start', 'month') }} <= settings.as_of as has_ended
from months
cross join settings
where months.month_start <= settings.as_of
