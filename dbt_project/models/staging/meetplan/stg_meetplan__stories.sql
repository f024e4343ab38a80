with

source as (

    select * from {{ source('meetplan', 'stories') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    story_id,
    service_code,
    area_code,
    project_code,
    kpi_id,
    told_on,
    narrator_role,
    change_domain_nl,
    title_nl,
    story_nl,
    importance_nl,
    unexpected_nl,
    track_code,
    cos_part,
    consent_on,
    consent_purpose_nl,
    consent_medium,
    consent_until,
    consent_withdrawn_on
from source
where reject_reason is null
