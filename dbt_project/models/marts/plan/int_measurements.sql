with

measurements as (

    select * from {{ ref('stg_meetplan__measurements') }}

)

-- A code that was typed twice may not count figures twice: the first row is the measurement.
select
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
from measurements
qualify row_number() over (partition by measurement_code order by record_ref) = 1
