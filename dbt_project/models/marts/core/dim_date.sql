-- Whole years around the date of the figures, from the settings alone: published figures and
-- dates in the plan lie within them.
with

settings as (

    select * from {{ ref('int_settings') }}

),

years as (

    {% for years_ago in range(-var('future_years'), var('history_years') + 1) %}
    select {{ year_of('as_of') }} - {{ years_ago }} as year_number from settings
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

months as (

    {% for month_number in range(1, 13) %}
    select {{ month_number }} as month_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

days as (

    {% for day_number in range(1, 32) %}
    select {{ day_number }} as day_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

dates as (

    select
        years.year_number,
        months.month_number,
        days.day_number,
        {{ dbt.dateadd(
            'day', 'days.day_number - 1', 'make_date(years.year_number, months.month_number, 1)'
        ) }} as calendar_date
    from years
    cross join months
    cross join days

)

select
    cast(calendar_date as date) as calendar_date,
    year_number,
    cast(extract(quarter from calendar_date) as integer) as quarter_number,
    'kwartaal '
    || cast(cast(extract(quarter from calendar_date) as integer) as {{ dbt.type_string() }})
        as quarter_nl,
    month_number,
    {{ month_name_nl('month_number') }} as month_nl,
    day_number,
    cast(extract(week from calendar_date) as integer) as iso_week_number
from dates
-- 31 February is 3 March: such a day is there already.
where cast(extract(month from calendar_date) as integer) = month_number
