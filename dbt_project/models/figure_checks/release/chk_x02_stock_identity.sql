{%- set slices = {
    'total': "''",
    'service': 'service_code',
    'team': 'team_code',
} -%}
with

figures as (

    select * from {{ ref('int_kpi_values') }}
    where
        kpi_id = 'A12'
        and period_type = 'month'

),

trajectories as (

    select * from {{ ref('int_trajectories') }}
    -- What ends before it starts was never open.
    where started_on <= {{ end_or_never('ended_on') }}

),

months as (

    select * from {{ ref('int_months') }}
    where has_ended

),

stock as (

    {% for breakdown, key in slices.items() %}
    select
        '{{ breakdown }}' as breakdown,
        {{ key }} as slice_key,
        period_start as month_start,
        numerator as open_end
    from figures
    where breakdown = '{{ breakdown }}'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

movements as (

    {% for breakdown, key in slices.items() %}
    {%- set last = loop.last %}
    {%- for date_column, change in {'started_on': 1, 'ended_on': -1}.items() %}
    select
        '{{ breakdown }}' as breakdown,
        {{ key }} as slice_key,
        {{ month_of(date_column) }} as month_start,
        {{ change }} as change
    from trajectories
    where {{ date_column }} is not null
    {% if not (last and loop.last) %}union all{% endif %}
    {%- endfor %}
    {% endfor %}

),

net as (

    select
        breakdown,
        slice_key,
        month_start,
        sum(change) as net_change,
        count(*) as movement_count
    from movements
    group by breakdown, slice_key, month_start

),

slices as (

    select
        breakdown,
        slice_key
    from net
    union
    select
        breakdown,
        slice_key
    from stock

),

-- Without cases there is no figure: an absent one is a stock of nought.
by_month as (

    select
        slices.breakdown,
        slices.slice_key,
        months.month_start,
        coalesce(stock.open_end, 0) as open_end,
        lag(coalesce(stock.open_end, 0)) over (
            partition by slices.breakdown, slices.slice_key order by months.month_start
        ) as open_begin,
        coalesce(net.net_change, 0) as net_change,
        coalesce(net.movement_count, 0) as movement_count
    from slices
    cross join months
    left join stock
        on
            slices.breakdown = stock.breakdown
            and slices.slice_key = stock.slice_key
            and months.month_start = stock.month_start
    left join net
        on
            slices.breakdown = net.breakdown
            and slices.slice_key = net.slice_key
            and months.month_start = net.month_start

)

select
    'A12' as kpi_id,
    'registration' as design,
    'month' as period_type,
    month_start as period_start,
    breakdown,
    slice_key,
    open_begin + net_change <> open_end as is_hit
from by_month
where
    open_begin is not null
    and open_begin + open_end + movement_count > 0
