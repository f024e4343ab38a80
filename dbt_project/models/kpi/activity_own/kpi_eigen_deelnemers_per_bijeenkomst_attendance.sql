with

group_meetings as (

    select * from {{ ref('int_group_meetings') }}

),

attendances as (

    select * from {{ ref('int_attendances') }}

),

by_meeting as (

    select
        activity_id,
        count(distinct client_id) + count(*) filter (where client_id is null) as attendance_count
    from attendances
    group by activity_id

)

select
    {{ subject_key('activity', 'group_meetings.activity_id') }} as subject_key,
    group_meetings.held_on as observed_on,
    group_meetings.region_code,
    group_meetings.service_code,
    group_meetings.team_code,
    group_meetings.project_code,
    group_meetings.commissioner_code,
    {{ not_applicable() }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('coalesce(by_meeting.attendance_count, 0)') }} as numerator,
    {{ measure('1') }} as denominator
from group_meetings
left join by_meeting on group_meetings.activity_id = by_meeting.activity_id
