with

check_hits as (

    select * from {{ ref('int_check_hits') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

check_columns as (

    select * from {{ ref('stg_run__check_columns') }}

),

kpi_columns as (

    select * from {{ ref('stg_run__kpi_columns') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

kpis_of_lists as (

    select * from {{ ref('int_kpis_of_lists') }}

),

-- What is only told on the quality page touches no figure.
hits as (

    select
        check_hits.*,
        coalesce(check_columns.moves, '') as moves
    from check_hits
    inner join catalogue on check_hits.check_id = catalogue.check_id
    left join check_columns
        on
            check_hits.check_id = check_columns.check_id
            and check_hits.source_name = check_columns.source_name
            and check_hits.table_name = check_columns.table_name
            and check_hits.column_name = check_columns.column_name
    where catalogue.severity <> 'info'

),

-- A check touches a KPI when the KPI reads the column that the check judges.
touched as (

    select
        definitions.kpi_id as measure_id,
        definitions.time_behaviour,
        hits.check_id,
        hits.source_id || ':' || hits.record_ref as hit_key,
        hits.occurred_on,
        hits.team_code,
        {{ unknown('hits.service_code') }} as service_code,
        hits.municipality_code,
        hits.wijk_code,
        hits.client_id,
        hits.trajectory_id,
        hits.worker_id,
        hits.source_id,
        hits.response_id,
        {%- for move in moves() %}
        max(case when position('{{ move }}' in hits.moves) > 0 then 1 else 0 end)
            as moves_{{ move }},
        {%- endfor %}
        max(case when hits.table_name = 'clients' then 1 else 0 end) as judges_client,
        max(case when hits.is_in_failing_slice then 1 else 0 end) as failing
    from hits
    inner join kpi_columns
        on
            hits.source_name = kpi_columns.source_name
            and hits.table_name = kpi_columns.table_name
            and (hits.column_name = '*' or hits.column_name = kpi_columns.column_name)
    inner join definitions on kpi_columns.kpi_model = definitions.kpi_model
    left join kpis_of_lists
        on
            definitions.kpi_id = kpis_of_lists.kpi_id
            and hits.source_id = kpis_of_lists.source_id
            and hits.response_id = kpis_of_lists.response_id
    -- A list touches the KPI's it was asked about; of a row that was rejected nobody knows which.
    where
        hits.table_name <> 'answers'
        or hits.column_name = '*'
        or kpis_of_lists.kpi_id is not null
    group by
        definitions.kpi_id,
        definitions.time_behaviour,
        hits.check_id,
        hits.source_id || ':' || hits.record_ref,
        hits.occurred_on,
        hits.team_code,
        hits.service_code,
        hits.municipality_code,
        hits.wijk_code,
        hits.client_id,
        hits.trajectory_id,
        hits.worker_id,
        hits.source_id,
        hits.response_id

),

-- A row of registration is about a trajectory, a list, a client and a worker: nearest first.
keyed as (

    {% for kind, subject_key in subject_kinds().items() %}
    select
        measure_id,
        time_behaviour,
        check_id,
        hit_key,
        occurred_on,
        team_code,
        service_code,
        municipality_code,
        wijk_code,
        failing,
        judges_client,
        {%- for move in moves() %}
        moves_{{ move }},
        {%- endfor %}
        client_id,
        trajectory_id,
        response_id,
        {{ loop.index }} as subject_rank,
        {{ subject_key }} as subject_key
    from touched
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    measure_id,
    time_behaviour,
    check_id,
    hit_key,
    occurred_on,
    cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
    team_code,
    service_code,
    municipality_code,
    wijk_code,
    failing,
    judges_client,
    {%- for move in moves() %}
    moves_{{ move }},
    {%- endfor %}
    client_id,
    trajectory_id,
    response_id,
    subject_rank,
    subject_key
from keyed
where subject_key is not null
