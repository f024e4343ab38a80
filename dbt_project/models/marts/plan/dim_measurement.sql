with

measurements as (

    select * from {{ ref('int_measurements') }}

),

effects as (

    select * from {{ ref('int_intended_effects') }}

),

moments as (

    select * from {{ ref('stg_meetplan__measuring_moments') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

moments_per_measurement as (

    select
        moments.measurement_code,
        {{ dbt.listagg(
            "cast(moments.moment_on as " ~ dbt.type_string() ~ ") || ' ' || moments.kind_code",
            "', '",
            "order by moments.moment_on, moments.kind_code",
        ) }} as moments_nl,
        max(case when moments.moment_on <= settings.as_of then moments.moment_on end)
            as last_moment_on,
        min(case when moments.moment_on > settings.as_of then moments.moment_on end)
            as next_moment_on
    from moments
    cross join settings
    group by moments.measurement_code

)

select
    measurements.measurement_code,
    measurements.service_code,
    measurements.intended_effect_id,
    effects.text_nl as intended_effect_nl,
    measurements.target_group_nl,
    measurements.started_on,
    measurements.ended_on,
    moments_per_measurement.moments_nl,
    moments_per_measurement.last_moment_on,
    moments_per_measurement.next_moment_on,
    measurements.registered_by,
    measurements.registered_when,
    measurements.collected_by,
    measurements.reported_by,
    measurements.reported_how,
    measurements.interpreted_by,
    measurements.decided_with,
    measurements.evaluated_on
from measurements
left join effects on measurements.intended_effect_id = effects.intended_effect_id
left join moments_per_measurement
    on measurements.measurement_code = moments_per_measurement.measurement_code
