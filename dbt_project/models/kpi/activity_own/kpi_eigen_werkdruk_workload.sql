with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

group_meetings as (

    select * from {{ ref('int_group_meetings') }}

),

workers as (

    select * from {{ ref('stg_ecd__workers') }}

),

months as (

    select * from {{ ref('int_months') }}

),

contact_minutes as (

    select
        worker_id,
        {{ month_of('contact_on') }} as month_start,
        sum(minutes) as minutes
    from contacts
    group by worker_id, {{ month_of('contact_on') }}

),

meeting_minutes as (

    select
        team_code,
        {{ month_of('held_on') }} as month_start,
        sum(worker_minutes) as minutes
    from group_meetings
    group by team_code, {{ month_of('held_on') }}

),

-- Before the first guidance was registered there is no workload, however long ago the workers came.
months_with_guidance as (

    select month_start from contact_minutes
    union
    select month_start from meeting_minutes

),

contract_lines as (

    select
        workers.worker_id,
        months.month_start,
        {{ unknown('workers.team_code') }} as team_code,
        cast(
            round(
                cast(
                    workers.contract_hours * 60 * (
                        1 + {{ dbt.datediff(
                            'greatest(workers.employed_from, months.month_start)',
                            'least(' ~ end_or_never('workers.employed_until') ~ ', months.month_end)',
                            'day',
                        ) }}
                    ) / 7 as decimal(18, 4)
                )
            ) as bigint
        ) as minutes
    from workers
    inner join months
        on
            workers.employed_from <= months.month_end
            and {{ end_or_never('workers.employed_until') }} >= months.month_start
    inner join months_with_guidance on months.month_start = months_with_guidance.month_start
    where
        workers.worker_id is not null
        and workers.contract_hours > 0
        and months.has_ended

),

ranked_lines as (

    select
        worker_id,
        month_start,
        team_code,
        minutes,
        row_number() over (
            partition by worker_id, month_start order by minutes desc, team_code asc
        ) as line_rank
    from contract_lines

),

employed as (

    select
        worker_id,
        month_start,
        max(case when line_rank = 1 then team_code end) as team_code,
        sum(minutes) as minutes
    from ranked_lines
    group by worker_id, month_start

),

-- A meeting knows its team, not its workers: the minutes stand with the first of them, so that
-- a team does not count as one more person.
in_team as (

    select
        worker_id,
        month_start,
        team_code,
        minutes,
        row_number() over (partition by team_code, month_start order by worker_id) as place
    from employed

)

select
    in_team.worker_id as subject_key,
    in_team.month_start as observed_on,
    {{ not_applicable() }} as region_code,
    {{ not_applicable() }} as service_code,
    in_team.team_code,
    {{ not_applicable() }} as project_code,
    {{ not_applicable() }} as commissioner_code,
    {{ not_applicable() }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('coalesce(contact_minutes.minutes, 0) + coalesce(meeting_minutes.minutes, 0)') }}
        as numerator,
    {{ measure('in_team.minutes') }} as denominator
from in_team
left join contact_minutes
    on
        in_team.worker_id = contact_minutes.worker_id
        and in_team.month_start = contact_minutes.month_start
left join meeting_minutes
    on
        in_team.team_code = meeting_minutes.team_code
        and in_team.month_start = meeting_minutes.month_start
        and in_team.place = 1
