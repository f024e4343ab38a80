with

hits as (

    select
        *,
        greatest(
            {%- for move in moves() %}
            moves_{{ move }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as moving
    from {{ ref('int_kpi_hits') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

lists as (

    select
        client_id,
        {{ subject_key('response', "source_id || ':' || response_id") }} as subject_key
    from {{ ref('int_instrument_lists') }}
    group by client_id, {{ subject_key('response', "source_id || ':' || response_id") }}

),

-- Where a client lives and how old he is, is said of all his trajectories and lists.
of_clients as (

    select *
    from hits
    where
        judges_client = 1
        and moving = 1
        and trajectory_id is null
        and response_id is null
        and subject_key = client_id

),

spread as (

    select
        of_clients.*,
        1 as own_rank,
        {{ subject_key('trajectory', 'trajectories.trajectory_id') }} as own_key
    from of_clients
    inner join trajectories on of_clients.client_id = trajectories.client_id
    union all
    select
        of_clients.*,
        2 as own_rank,
        lists.subject_key as own_key
    from of_clients
    inner join lists on of_clients.client_id = lists.client_id

)

{% for relation, rank, key in [
    ('hits', 'subject_rank', 'subject_key'), ('spread', 'own_rank', 'own_key'),
] %}
select
    measure_id,
    time_behaviour,
    check_id,
    hit_key,
    month_start,
    team_code,
    service_code,
    municipality_code,
    wijk_code,
    judges_client,
    {%- for move in moves() %}
    moves_{{ move }},
    {%- endfor %}
    moving,
    trajectory_id,
    {{ rank }} as subject_rank,
    {{ key }} as subject_key
from {{ relation }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
