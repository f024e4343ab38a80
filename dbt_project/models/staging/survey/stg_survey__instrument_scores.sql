with

source as (

    select * from {{ source('survey', 'instrument_scores') }}

)

select
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
from source
where reject_reason is null
