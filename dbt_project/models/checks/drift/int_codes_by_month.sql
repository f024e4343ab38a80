-- Codes that somebody chooses in a talk. Werksoort and opdrachtgever are agreed upon beforehand.
with

coded as (

    {{ coded_rows('help_requests', 'help_request_code', 'requested_on') }}
    union all
    {{ coded_rows('support_forms', 'support_code', 'provided_on') }}
    union all
    {{ coded_rows('trajectories', 'end_reason_code', 'ended_on', 'team_code') }}
    union all
    {{ coded_rows('complexity_history', 'complexity_code', 'valid_from') }}
    union all
    {{ coded_rows('referrals', 'party_code', 'referred_on', chosen_for='direction_code') }}
    union all
    {{ coded_rows('assessments', 'assessor_role', 'assessed_on') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

delivered_until as (

    select * from {{ ref('int_delivered_until') }}

),

counted as (

    select
        coded.source_name,
        coded.table_name,
        coded.column_name,
        {{ unknown('coalesce(coded.team_code, trajectories.team_code)') }} as team_code,
        coded.chosen_for,
        {{ month_of('coded.chosen_on') }} as month_start,
        coded.code,
        max(coded.source_id) as source_id,
        count(*) as row_count
    from coded
    left join trajectories on coded.trajectory_id = trajectories.trajectory_id
    inner join delivered_until
        on
            coded.source_id = delivered_until.source_id
            and {{ dbt.last_day('coded.chosen_on', 'month') }} <= delivered_until.delivered_until
    group by
        coded.source_name,
        coded.table_name,
        coded.column_name,
        {{ unknown('coalesce(coded.team_code, trajectories.team_code)') }},
        coded.chosen_for,
        {{ month_of('coded.chosen_on') }},
        coded.code

),

team_months as (

    select
        source_name,
        table_name,
        column_name,
        team_code,
        chosen_for,
        month_start,
        sum(row_count) as total_count
    from counted
    group by source_name, table_name, column_name, team_code, chosen_for, month_start

),

team_codes as (

    select
        source_name,
        table_name,
        column_name,
        team_code,
        chosen_for,
        code,
        max(max(source_id)) over (
            partition by source_name, table_name, column_name, team_code
        ) as source_id
    from counted
    group by source_name, table_name, column_name, team_code, chosen_for, code

)

select
    team_months.source_name,
    team_months.table_name,
    team_months.column_name,
    team_codes.source_id,
    team_months.team_code,
    team_months.chosen_for,
    team_months.month_start,
    {{ month_number('team_months.month_start') }} as month_number,
    team_codes.code,
    coalesce(counted.row_count, 0) as row_count,
    cast(team_months.total_count as bigint) as total_count
from team_months
inner join team_codes
    on
        team_months.source_name = team_codes.source_name
        and team_months.table_name = team_codes.table_name
        and team_months.column_name = team_codes.column_name
        and team_months.team_code = team_codes.team_code
        and team_months.chosen_for = team_codes.chosen_for
left join counted
    on
        team_months.source_name = counted.source_name
        and team_months.table_name = counted.table_name
        and team_months.column_name = counted.column_name
        and team_months.team_code = counted.team_code
        and team_months.chosen_for = counted.chosen_for
        and team_months.month_start = counted.month_start
        and team_codes.code = counted.code
