with

source as (

    select * from {{ source('meetplan', 'measurements') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    measurement_code,
    service_code,
    intended_effect_id,
    target_group_nl,
    started_on,
    ended_on,
    registered_by,
    registered_when,
    collected_by,
    reported_by,
    reported_how,
    interpreted_by,
    decided_with,
    evaluated_on
from source
where reject_reason is null
