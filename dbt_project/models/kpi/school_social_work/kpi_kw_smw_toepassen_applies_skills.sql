with

scores as (

    select * from {{ ref('int_instrument_scores') }}
    where
        left_out_reason is null
        and design = 'start_slot'
        and instrument_id = 'kwadraad_smw'
        and dimension_code = 'toepassen'
        and moment_code = 'slot'

)

select
    'response:' || source_id || ':' || response_id as subject_key,
    measured_on as observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    age_band,
    respondent_role,
    {{ measure('score') }} as numerator,
    {{ measure('1') }} as denominator
from scores
