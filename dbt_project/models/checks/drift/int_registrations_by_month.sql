-- Rows of one team may come from several sources, one after the other: the series goes on. Work
-- with groups is left out: it starts and stops with its projects.
with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        source_name = 'ecd'
        and table_name not in ('workers', 'worked_hours', 'group_activities', 'attendances')
        and (is_main_date or date_column = 'ended_on')
        and happened_on is not null
        and not is_rejected

),

delivered_until as (

    select * from {{ ref('int_delivered_until') }}

),

months as (

    select * from {{ ref('int_months') }}

),

per_source as (

    select
        source_name,
        table_name,
        date_column as column_name,
        source_id,
        {{ unknown('team_code') }} as team_code,
        {{ month_of('happened_on') }} as month_start,
        count(*) as row_count
    from registrations
    group by
        source_name,
        table_name,
        date_column,
        source_id,
        {{ unknown('team_code') }},
        {{ month_of('happened_on') }}

),

with_organisation as (

    select * from per_source
    union all
    select
        source_name,
        table_name,
        column_name,
        source_id,
        '*' as team_code,
        month_start,
        sum(row_count) as row_count
    from per_source
    group by source_name, table_name, column_name, source_id, month_start

),

counted as (

    select
        with_organisation.source_name,
        with_organisation.table_name,
        with_organisation.column_name,
        with_organisation.team_code,
        with_organisation.month_start,
        max(with_organisation.source_id) as source_id,
        max(delivered_until.delivered_until) as delivered_until,
        sum(with_organisation.row_count) as row_count
    from with_organisation
    inner join delivered_until on with_organisation.source_id = delivered_until.source_id
    group by
        with_organisation.source_name,
        with_organisation.table_name,
        with_organisation.column_name,
        with_organisation.team_code,
        with_organisation.month_start

),

series as (

    select
        source_name,
        table_name,
        column_name,
        team_code,
        max(source_id) as source_id,
        min(month_start) as first_month,
        max(delivered_until) as delivered_until
    from counted
    group by source_name, table_name, column_name, team_code

)

select
    series.source_name,
    series.table_name,
    series.column_name,
    series.source_id,
    series.team_code,
    months.month_start,
    {{ month_number('months.month_start') }} as month_number,
    cast(coalesce(counted.row_count, 0) as bigint) as row_count
from series
inner join months
    on
        series.first_month <= months.month_start
        and series.delivered_until >= months.month_end
left join counted
    on
        series.source_name = counted.source_name
        and series.table_name = counted.table_name
        and series.column_name = counted.column_name
        and series.team_code = counted.team_code
        and months.month_start = counted.month_start
