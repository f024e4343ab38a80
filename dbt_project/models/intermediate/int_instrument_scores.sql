with

lists as (

    select * from {{ ref('int_instrument_lists') }}

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}

),

instruments as (

    select * from {{ ref('instruments') }}

),

project_titles as (

    select * from {{ ref('int_project_titles') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

responses as (

    select
        source_id,
        response_id,
        client_id,
        team_code,
        measured_on,
        max({{ normalised_title('project_title') }}) as title
    from lists
    group by source_id, response_id, client_id, team_code, measured_on

),

-- The edition that had begun on the day; the latest, if a title was used twice.
placed_by_title as (

    select
        responses.source_id,
        responses.response_id,
        project_titles.project_code,
        project_titles.service_code,
        project_titles.team_code,
        project_titles.area_code,
        project_titles.commissioner_code
    from responses
    inner join project_titles
        on
            position('|' || responses.title || '|' in project_titles.all_titles) > 0
            and responses.measured_on >= project_titles.started_on
    qualify row_number() over (
        partition by responses.source_id, responses.response_id
        order by project_titles.started_on desc, project_titles.project_code asc
    ) = 1

),

-- The trajectory that the client had on the day: of the same team first, then the latest.
placed_by_trajectory as (

    select
        responses.source_id,
        responses.response_id,
        trajectories.service_code,
        trajectories.team_code,
        trajectories.commissioner_code
    from responses
    inner join trajectories
        on
            responses.client_id = trajectories.client_id
            and responses.measured_on >= trajectories.started_on
            and responses.measured_on <= {{ end_or_never('trajectories.ended_on') }}
    qualify row_number() over (
        partition by responses.source_id, responses.response_id
        order by
            case when responses.team_code = trajectories.team_code then 1 else 2 end asc,
            trajectories.started_on desc,
            trajectories.trajectory_id asc
    ) = 1

),

known_versions as (

    select
        instrument_id,
        instrument_version
    from dimensions
    union
    select
        instrument_id,
        instrument_version
    from instruments

)

select
    lists.design,
    lists.source_id,
    lists.record_ref,
    lists.recorded_on,
    lists.response_id,
    lists.client_id,
    case
        when coalesce(lists.client_id, lists.respondent_id) is null
            then 'response:' || lists.source_id || ':' || lists.response_id
        else
            coalesce(lists.client_id, '')
            || '|' || {{ unknown('lists.respondent_role') }}
            || '|' || coalesce(lists.respondent_id, lists.client_id)
    end as subject_key,
    {{ unknown('lists.respondent_role') }} as respondent_role,
    lists.instrument_id,
    lists.instrument_version,
    lists.dimension_code,
    lists.score,
    lists.measured_on,
    lists.moment_code,
    coalesce(clients.region_code, placed_by_title.area_code, 'onbekend') as region_code,
    coalesce(
        lists.service_code,
        placed_by_title.service_code,
        placed_by_trajectory.service_code,
        'onbekend'
    ) as service_code,
    coalesce(
        lists.team_code, placed_by_title.team_code, placed_by_trajectory.team_code, 'onbekend'
    ) as team_code,
    placed_by_title.project_code,
    coalesce(
        placed_by_title.commissioner_code, placed_by_trajectory.commissioner_code, 'onbekend'
    ) as commissioner_code,
    case
        when clients.client_id is not null
            then {{ age_band('clients.birth_year', 'lists.measured_on') }}
        else {{ unknown('lists.age_band') }}
    end as age_band,
    case
        when lists.measured_on is null then 'geen datum'
        when lists.measured_on > settings.as_of then 'na de peildatum'
        when known_versions.instrument_id is null then 'instrument of versie niet opgegeven'
        when dimensions.dimension_code is null then 'dimensie niet opgegeven'
        when lists.score is null then 'geen score'
        when lists.score < dimensions.scale_min or lists.score > dimensions.scale_max
            then 'score buiten de schaal'
        when
            lists.client_id is null
            and lists.project_title is not null
            and placed_by_title.project_code is null
            then 'project onbekend'
    end as left_out_reason
from lists
cross join settings
left join clients on lists.client_id = clients.client_id
left join known_versions
    on
        lists.instrument_id = known_versions.instrument_id
        and lists.instrument_version = known_versions.instrument_version
left join dimensions
    on
        lists.instrument_id = dimensions.instrument_id
        and lists.instrument_version = dimensions.instrument_version
        and lists.dimension_code = dimensions.dimension_code
left join placed_by_title
    on
        lists.source_id = placed_by_title.source_id
        and lists.response_id = placed_by_title.response_id
left join placed_by_trajectory
    on
        lists.source_id = placed_by_trajectory.source_id
        and lists.response_id = placed_by_trajectory.response_id
