with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

projects as (

    select * from {{ ref('stg_organisation__projects') }}

),

group_activities as (

    select * from {{ ref('stg_ecd__group_activities') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

questions as (

    select
        source_id,
        response_id,
        question_id,
        count(*) as answer_count,
        max(questionnaire) as questionnaire,
        max(completed_on) as completed_on,
        max(respondent_role) as respondent_role,
        max(age_band) as age_band,
        max(cultural_background) as cultural_background,
        max({{ normalised_title('project_title') }}) as title
    from answers
    group by source_id, response_id, question_id

),

lists as (

    select
        source_id,
        response_id,
        max(questionnaire) as questionnaire,
        max(completed_on) as completed_on,
        max(respondent_role) as respondent_role,
        max(age_band) as age_band,
        max(cultural_background) as cultural_background,
        max(title) as title,
        count(*) as question_count,
        count(*) filter (where answer_count > 1) as doubled_count
    from questions
    group by source_id, response_id

),

last_meetings as (

    select
        group_activities.project_code,
        max(group_activities.held_on) as last_meeting_on
    from group_activities
    cross join settings
    where group_activities.held_on <= settings.as_of
    group by group_activities.project_code

),

-- Taking part ends with the last meeting; work without an end has no end to wait for (R12).
project_titles as (

    select
        projects.project_code,
        projects.service_code,
        projects.team_code,
        projects.area_code,
        projects.commissioner_code,
        projects.started_on,
        projects.ended_on,
        projects.reached_count,
        projects.invited_count,
        case
            when projects.ended_on is not null
                then
                    cast(
                        {{ dbt.dateadd(
                            'day',
                            -1 * var('answers_valid_from_days_before_end'),
                            'coalesce(last_meetings.last_meeting_on, projects.ended_on)'
                        ) }} as date
                    )
        end as valid_from_on,
        {{ all_titles('projects.title', 'projects.aliases') }} as all_titles
    from projects
    left join last_meetings on projects.project_code = last_meetings.project_code

),

-- Of editions with one title: the latest that was ending, else the latest that had begun.
placed as (

    select
        lists.source_id,
        lists.response_id,
        project_titles.project_code,
        project_titles.service_code,
        project_titles.team_code,
        project_titles.area_code,
        project_titles.commissioner_code,
        project_titles.started_on,
        project_titles.ended_on,
        project_titles.reached_count,
        project_titles.invited_count,
        project_titles.valid_from_on,
        row_number() over (
            partition by lists.source_id, lists.response_id
            order by
                case
                    when lists.completed_on < project_titles.started_on then 2
                    when lists.completed_on < project_titles.valid_from_on then 1
                    else 0
                end,
                project_titles.started_on desc,
                project_titles.project_code asc
        ) as edition_rank
    from lists
    inner join project_titles
        on position('|' || lists.title || '|' in project_titles.all_titles) > 0

),

judged as (

    select
        lists.source_id,
        lists.response_id,
        lists.questionnaire,
        lists.completed_on,
        lists.respondent_role,
        lists.age_band,
        lists.cultural_background,
        lists.question_count,
        lists.doubled_count,
        placed.project_code,
        placed.service_code,
        placed.team_code,
        placed.area_code,
        placed.commissioner_code,
        placed.started_on,
        placed.ended_on,
        placed.reached_count,
        placed.invited_count,
        placed.valid_from_on
    from lists
    left join placed
        on
            lists.source_id = placed.source_id
            and lists.response_id = placed.response_id
            and placed.edition_rank = 1

)

select
    judged.source_id,
    judged.response_id,
    'response:' || judged.source_id || ':' || judged.response_id as subject_key,
    case judged.questionnaire
        when 'professional' then 'professional'
        else 'afterwards'
    end as design,
    judged.questionnaire,
    judged.completed_on,
    case judged.questionnaire
        when 'professional' then 'professional'
        else {{ unknown('judged.respondent_role') }}
    end as respondent_role,
    {{ unknown('judged.age_band') }} as age_band,
    case
        when settings.cultural_background_ground is not null
            then {{ unknown('judged.cultural_background') }}
    end as cultural_background,
    judged.project_code,
    {{ unknown('judged.service_code') }} as service_code,
    {{ unknown('judged.team_code') }} as team_code,
    {{ unknown('judged.area_code') }} as area_code,
    {{ unknown('judged.commissioner_code') }} as commissioner_code,
    judged.started_on,
    judged.ended_on,
    judged.reached_count,
    judged.invited_count,
    judged.valid_from_on,
    case
        when judged.completed_on is null then 'niet ingestuurd of zonder invuldatum'
        when judged.completed_on > settings.as_of then 'na de peildatum'
        when judged.project_code is null then 'R18 project onbekend'
        when judged.completed_on < judged.started_on then 'voor het begin van het project'
        when judged.completed_on < judged.valid_from_on then 'R12 voor het einde van deelname'
        when judged.doubled_count = judged.question_count then 'R14 elke vraag twee keer beantwoord'
    end as left_out_reason,
    cast(judged.doubled_count as integer) as doubled_question_count
from judged
cross join settings
