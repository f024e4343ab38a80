with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

placed as (

    select * from {{ ref('int_trajectories') }}

),

workers as (

    select * from {{ ref('stg_ecd__workers') }}
    where worker_id is not null

),

code_periods as (

    select * from {{ ref('int_code_periods') }}
    where list_name = 'team'

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- A trajectory may be handed over: its worker and team need not be there on its first day.
registrations as (

    select
        'trajectories' as table_name,
        trajectories.record_ref,
        trajectories.source_id,
        trajectories.team_code,
        trajectories.service_code,
        coalesce(trajectories.started_on, trajectories.intake_on, trajectories.recorded_on)
            as occurred_on,
        coalesce(trajectories.ended_on, settings.as_of) as last_day,
        trajectories.client_id,
        trajectories.trajectory_id,
        trajectories.worker_id
    from trajectories
    cross join settings
    union all
    select
        'contacts' as table_name,
        contacts.record_ref,
        contacts.source_id,
        contacts.team_code,
        placed.service_code,
        coalesce(contacts.contact_on, contacts.recorded_on) as occurred_on,
        coalesce(contacts.contact_on, contacts.recorded_on) as last_day,
        contacts.client_id,
        contacts.trajectory_id,
        contacts.worker_id
    from contacts
    left join placed on contacts.trajectory_id = placed.trajectory_id

),

-- Who came back after a while counts as employed in between.
employed as (

    select
        worker_id,
        min(coalesce(employed_from, cast('1900-01-01' as date))) as first_day,
        max({{ end_or_never('employed_until') }}) as last_day
    from workers
    group by worker_id

),

teams as (

    select
        code as team_code,
        min(valid_from) as first_day,
        max(valid_until) as last_day
    from code_periods
    group by code

),

lists as (

    select
        (select count(*) from employed) as workers,
        (select count(*) from teams) as teams

)

{% for column_name, relation, list_name in [
    ('worker_id', 'employed', 'workers'), ('team_code', 'teams', 'teams')
] %}
select
    'ecd' as source_name,
    registrations.table_name,
    '{{ column_name }}' as column_name,
    registrations.record_ref,
    registrations.source_id,
    registrations.team_code,
    registrations.service_code,
    registrations.occurred_on,
    registrations.client_id,
    registrations.trajectory_id,
    registrations.worker_id,
    {{ not_applicable() }} as response_id,
    {{ relation }}.{{ column_name }} is null
    or coalesce(registrations.occurred_on > {{ relation }}.last_day, false)
    or coalesce(
        greatest(registrations.occurred_on, registrations.last_day) < {{ relation }}.first_day,
        false
    ) as is_hit
from registrations
cross join lists
left join {{ relation }} on registrations.{{ column_name }} = {{ relation }}.{{ column_name }}
where
    lists.{{ list_name }} > 0
    and registrations.{{ column_name }} is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
