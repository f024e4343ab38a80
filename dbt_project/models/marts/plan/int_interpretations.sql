with

interpretations as (

    select * from {{ ref('stg_meetplan__interpretations') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    interpretations.record_ref,
    coalesce(interpretations.service_code, '') || '|' || coalesce(interpretations.area_code, '')
    || '|' || cast(interpretations.moment_on as {{ dbt.type_string() }})
    || '|' || coalesce(interpretations.kpi_id, '')
    || '|' || cast(interpretations.session_on as {{ dbt.type_string() }}) as interpretation_key,
    interpretations.service_code,
    interpretations.area_code,
    interpretations.moment_on,
    interpretations.kpi_id,
    interpretations.session_on,
    -- Nobody can say what figures mean of a period that had not ended when they met.
    least(interpretations.moment_on, interpretations.session_on) as covers_until,
    interpretations.interpretation_nl,
    interpretations.unexpected_nl,
    interpretations.track_code,
    interpretations.cos_part
from interpretations
cross join settings
where interpretations.session_on <= settings.as_of
