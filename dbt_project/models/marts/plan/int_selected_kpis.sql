with

selected as (

    select * from {{ ref('stg_meetplan__selected_kpis') }}

),

measurements as (

    select * from {{ ref('int_measurements') }}

),

-- Chosen twice, once for internal use only: the narrower audience holds.
each_once as (

    select
        measurement_code,
        kpi_id,
        audience,
        desired_direction,
        target_value,
        target_on
    from selected
    qualify row_number() over (
        partition by measurement_code, kpi_id
        order by case when audience = 'opdrachtgever' then 1 else 0 end, record_ref
    ) = 1

)

select
    each_once.measurement_code,
    each_once.kpi_id,
    measurements.service_code,
    measurements.started_on,
    measurements.ended_on,
    each_once.audience,
    each_once.desired_direction,
    each_once.target_value,
    each_once.target_on
from each_once
inner join measurements on each_once.measurement_code = measurements.measurement_code
