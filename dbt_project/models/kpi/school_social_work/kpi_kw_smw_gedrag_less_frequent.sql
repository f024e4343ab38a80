with

pairs as (

    select * from {{ ref('int_instrument_pairs') }}
    where
        design = 'start_slot'
        and instrument_id = 'kwadraad_smw'
        and dimension_code = 'gedrag'

)

select
    pair_key as subject_key,
    observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    age_band,
    respondent_role,
    {{ measure("case when outcome = 'beter' then 1 else 0 end") }} as numerator,
    {{ measure('case when outcome is null then 0 else 1 end') }} as denominator
from pairs
