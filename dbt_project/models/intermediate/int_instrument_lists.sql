-- The start and slot lists of school social work are one more instrument.
with

scores as (

    select * from {{ ref('stg_survey__instrument_scores') }}

),

start_slot as (

    select * from {{ ref('stg_survey__start_slot') }}

),

start_slot_scores as (

    {% for dimension, score in {
        'last': 'burden_score',
        'gedrag': 'frequency_rank',
        'voorbeeld': 'case when can_give_example then 1 when not can_give_example then 0 end',
        'toepassen': 'case when applies_skills then 1 when not applies_skills then 0 end',
    }.items() %}
    select
        source_id,
        record_ref,
        recorded_on,
        response_id,
        client_id,
        respondent_id,
        respondent_role,
        '{{ dimension }}' as dimension_code,
        cast({{ score }} as decimal(18, 4)) as score,
        filled_on as measured_on,
        moment_code,
        team_code
    from start_slot
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    'instrument' as design,
    source_id,
    record_ref,
    recorded_on,
    response_id,
    client_id,
    respondent_id,
    respondent_role,
    instrument_id,
    instrument_version,
    dimension_code,
    score,
    measured_on,
    moment_code,
    project_title,
    service_code,
    team_code,
    age_band
from scores
union all
select
    'start_slot' as design,
    source_id,
    record_ref,
    recorded_on,
    response_id,
    client_id,
    respondent_id,
    respondent_role,
    'kwadraad_smw' as instrument_id,
    '2023' as instrument_version,
    dimension_code,
    score,
    measured_on,
    moment_code,
    cast(null as {{ dbt.type_string() }}) as project_title,
    cast(null as {{ dbt.type_string() }}) as service_code,
    team_code,
    cast(null as {{ dbt.type_string() }}) as age_band
from start_slot_scores
where score is not null
