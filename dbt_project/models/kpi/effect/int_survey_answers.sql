with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

projects as (

    select * from {{ ref('stg_organisation__projects') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

titles as (

    select
        source_id,
        response_id,
        completed_on,
        {{ normalised_title('project_title') }} as title
    from answers
    group by source_id, response_id, completed_on, project_title

),

project_titles as (

    select
        project_code,
        service_code,
        team_code,
        area_code,
        commissioner_code,
        started_on,
        ended_on,
        reached_count,
        invited_count,
        replace(
            replace(
                '|' || {{ normalised_title("title || '|' || coalesce(aliases, '')") }} || '|',
                ' |',
                '|'
            ),
            '| ',
            '|'
        ) as all_titles
    from projects

),

-- The edition that had begun when the list was filled in; the latest, if a title was used twice.
placed as (

    select
        titles.source_id,
        titles.response_id,
        project_titles.project_code,
        project_titles.service_code,
        project_titles.team_code,
        project_titles.area_code,
        project_titles.commissioner_code,
        project_titles.started_on,
        project_titles.ended_on,
        project_titles.reached_count,
        project_titles.invited_count,
        row_number() over (
            partition by titles.source_id, titles.response_id
            order by project_titles.started_on desc, project_titles.project_code asc
        ) as edition_rank
    from titles
    inner join project_titles
        on
            position('|' || titles.title || '|' in project_titles.all_titles) > 0
            and titles.completed_on >= project_titles.started_on

)

select
    answers.source_id,
    'response:' || answers.source_id || ':' || answers.response_id as subject_key,
    case answers.questionnaire
        when 'professional' then 'professional'
        else 'afterwards'
    end as design,
    answers.questionnaire,
    answers.question_id,
    answers.scale_id,
    answers.answer_code,
    answers.completed_on,
    {{ unknown('answers.respondent_role') }} as respondent_role,
    {{ unknown('answers.age_band') }} as age_band,
    placed.project_code,
    {{ unknown('placed.service_code') }} as service_code,
    {{ unknown('placed.team_code') }} as team_code,
    {{ unknown('placed.area_code') }} as area_code,
    {{ unknown('placed.commissioner_code') }} as commissioner_code,
    placed.started_on,
    placed.ended_on,
    placed.reached_count,
    placed.invited_count
from answers
inner join placed
    on
        answers.source_id = placed.source_id
        and answers.response_id = placed.response_id
        and placed.edition_rank = 1
cross join settings
where answers.completed_on <= settings.as_of
