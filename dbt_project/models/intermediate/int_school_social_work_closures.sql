with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

help_requests as (

    select * from {{ ref('stg_ecd__help_requests') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

registrations as (

    select
        trajectories.trajectory_id,
        trajectories.client_id,
        trajectories.region_code,
        trajectories.service_code,
        trajectories.team_code,
        trajectories.commissioner_code,
        trajectories.birth_year,
        trajectories.end_reason_code,
        coalesce(trajectories.intake_on, trajectories.started_on) as registered_on,
        case when trajectories.ended_on <= settings.as_of then trajectories.ended_on end
            as closed_on
    from trajectories
    inner join settings
        on
            trajectories.service_code = settings.school_social_work_service
            and coalesce(trajectories.intake_on, trajectories.started_on) <= settings.as_of
    where trajectories.client_id is not null

),

with_earlier as (

    select
        trajectory_id,
        client_id,
        region_code,
        service_code,
        team_code,
        commissioner_code,
        birth_year,
        end_reason_code,
        registered_on,
        closed_on,
        max({{ end_or_never('closed_on') }}) over (
            partition by client_id
            order by registered_on, trajectory_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_closed_on
    from registrations

),

-- Who is registered again while the work goes on or within 14 days is still in the same spell.
in_spells as (

    select
        trajectory_id,
        client_id,
        region_code,
        service_code,
        team_code,
        commissioner_code,
        birth_year,
        end_reason_code,
        registered_on,
        closed_on,
        sum(
            case
                when {{ dbt.datediff('earlier_closed_on', 'registered_on', 'day') }} <= 14 then 0
                else 1
            end
        ) over (
            partition by client_id
            order by registered_on, trajectory_id
            rows between unbounded preceding and current row
        ) as spell_number
    from with_earlier

),

spells as (

    select
        client_id,
        spell_number,
        min(registered_on) as registered_on,
        nullif(max({{ end_or_never('closed_on') }}), {{ end_or_never('null') }}) as closed_on
    from in_spells
    group by client_id, spell_number

),

last_in_spell as (

    select
        client_id,
        spell_number,
        region_code,
        service_code,
        team_code,
        commissioner_code,
        birth_year,
        end_reason_code
    from in_spells
    qualify row_number() over (
        partition by client_id, spell_number
        order by
            {{ end_or_never('closed_on') }} desc,
            registered_on desc,
            trajectory_id desc
    ) = 1

),

asked as (

    select
        in_spells.client_id,
        in_spells.spell_number,
        in_spells.registered_on,
        help_requests.help_request_code
    from in_spells
    inner join help_requests on in_spells.trajectory_id = help_requests.trajectory_id

),

-- The window of six months has passed when its last day is not after the business date.
followed as (

    select
        spells.client_id,
        spells.spell_number,
        spells.registered_on,
        spells.closed_on,
        cast({{ dbt.dateadd('month', 6, 'spells.closed_on') }} as date) as followed_until,
        last_in_spell.region_code,
        last_in_spell.service_code,
        last_in_spell.team_code,
        last_in_spell.commissioner_code,
        last_in_spell.birth_year
    from spells
    cross join settings
    inner join last_in_spell
        on
            spells.client_id = last_in_spell.client_id
            and spells.spell_number = last_in_spell.spell_number
    where
        {{ dbt.dateadd('month', 6, 'spells.closed_on') }} <= settings.as_of
        and position(
            ',' || {{ unknown('last_in_spell.end_reason_code') }} || ','
            in ',' || replace(settings.censoring_end_reasons, ' ', '') || ','
        ) = 0

),

returns as (

    select
        followed.client_id,
        followed.spell_number,
        min(again.registered_on) as returned_on,
        min(again.spell_number) as return_spell_number
    from followed
    inner join asked
        on
            followed.client_id = asked.client_id
            and followed.spell_number = asked.spell_number
    inner join asked as again
        on
            asked.client_id = again.client_id
            and asked.help_request_code = again.help_request_code
            and asked.spell_number < again.spell_number
            and followed.followed_until >= again.registered_on
    group by followed.client_id, followed.spell_number

)

select
    followed.client_id,
    followed.registered_on,
    followed.closed_on,
    followed.region_code,
    followed.service_code,
    followed.team_code,
    followed.commissioner_code,
    {{ age_band('followed.birth_year', 'followed.closed_on') }} as age_band,
    returns.returned_on,
    return_spells.closed_on as return_closed_on
from followed
left join returns
    on
        followed.client_id = returns.client_id
        and followed.spell_number = returns.spell_number
left join spells as return_spells
    on
        returns.client_id = return_spells.client_id
        and returns.return_spell_number = return_spells.spell_number
