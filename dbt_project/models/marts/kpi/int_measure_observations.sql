with

effect_observations as (

    select * from {{ ref('int_effect_observations') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

regions as (

    select * from {{ ref('int_regions') }}

),

complexity as (

    select * from {{ ref('int_complexity_by_trajectory_month') }}

),

own_models as (

    {% for name in kpi_model_names() %}
    select
        {{ sql_text(name) }} as kpi_model,
        subject_key,
        observed_on,
        region_code,
        service_code,
        team_code,
        project_code,
        commissioner_code,
        age_band,
        respondent_role,
        numerator,
        denominator
    from {{ ref(name) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- In a simple case no partner is involved: nothing to say about working together (R08).
low_complexity_months as (

    select
        {{ subject_key('trajectory', 'trajectory_id') }} as subject_key,
        month_start
    from complexity
    where
        was_low
        and not was_high

),

own_phases as (

    select
        kpi_model,
        phase_code
    from definitions
    where phase_code = 'samenwerking'

),

left_out as (

    select
        own_models.kpi_model,
        own_models.subject_key,
        own_models.observed_on
    from own_models
    inner join own_phases on own_models.kpi_model = own_phases.kpi_model
    inner join low_complexity_months
        on
            own_models.subject_key = low_complexity_months.subject_key
            and cast({{ dbt.date_trunc('month', 'own_models.observed_on') }} as date)
            = low_complexity_months.month_start
    group by own_models.kpi_model, own_models.subject_key, own_models.observed_on

),

stacked as (

    select
        'kpi' as measure_kind,
        definitions.kpi_id as measure_id,
        definitions.design,
        own_models.subject_key,
        own_models.observed_on,
        own_models.region_code,
        own_models.service_code,
        own_models.team_code,
        own_models.project_code,
        own_models.commissioner_code,
        own_models.age_band,
        own_models.respondent_role,
        cast(null as {{ dbt.type_string() }}) as cultural_background,
        own_models.numerator,
        own_models.denominator,
        cast(null as decimal(18, 4)) as numerator_all,
        cast(null as decimal(18, 4)) as numerator_any,
        cast(null as decimal(18, 4)) as rule_denominator,
        cast(null as decimal(18, 4)) as numerator_low,
        cast(null as decimal(18, 4)) as numerator_high,
        cast(null as decimal(18, 4)) as asked,
        definitions.per_subject,
        definitions.time_behaviour,
        definitions.period_types,
        definitions.per_age_band_only
    from own_models
    inner join definitions on own_models.kpi_model = definitions.kpi_model
    left join left_out
        on
            own_models.kpi_model = left_out.kpi_model
            and own_models.subject_key = left_out.subject_key
            and own_models.observed_on = left_out.observed_on
    where left_out.subject_key is null
    union all
    select
        effect_observations.measure_kind,
        effect_observations.measure_id,
        effect_observations.design,
        effect_observations.subject_key,
        effect_observations.observed_on,
        effect_observations.region_code,
        effect_observations.service_code,
        effect_observations.team_code,
        effect_observations.project_code,
        effect_observations.commissioner_code,
        effect_observations.age_band,
        effect_observations.respondent_role,
        effect_observations.cultural_background,
        effect_observations.numerator,
        effect_observations.denominator,
        effect_observations.numerator_all,
        effect_observations.numerator_any,
        effect_observations.rule_denominator,
        effect_observations.numerator_low,
        effect_observations.numerator_high,
        effect_observations.asked,
        'max' as per_subject,
        'flow' as time_behaviour,
        'year,quarter,month' as period_types,
        coalesce(definitions.per_age_band_only, false) as per_age_band_only
    from effect_observations
    left join definitions on effect_observations.measure_id = definitions.kpi_id
    where effect_observations.asked > 0 or effect_observations.rule_denominator > 0

),

-- Where the first of a subject counts, the rest of a period is known by what came before it.
in_order as (

    select
        measure_id,
        subject_key,
        observed_on,
        lag(observed_on) over (
            partition by measure_id, subject_key order by observed_on
        ) as previous_on
    from stacked
    where per_subject = 'first'

)

select
    stacked.measure_kind,
    stacked.measure_id,
    stacked.design,
    stacked.subject_key,
    stacked.observed_on,
    case
        when stacked.region_code is not null
            then {{ unknown('regions.municipality_code') }}
    end as municipality_code,
    case
        when stacked.region_code is not null then {{ unknown('regions.wijk_code') }}
    end as wijk_code,
    stacked.service_code,
    stacked.team_code,
    stacked.project_code,
    stacked.commissioner_code,
    stacked.age_band,
    stacked.respondent_role,
    stacked.cultural_background,
    stacked.numerator,
    stacked.denominator,
    stacked.numerator_all,
    stacked.numerator_any,
    stacked.rule_denominator,
    stacked.numerator_low,
    stacked.numerator_high,
    stacked.asked,
    stacked.per_subject,
    stacked.time_behaviour,
    stacked.per_age_band_only,
    {{ placed_in_periods(
        'stacked.observed_on',
        'stacked.time_behaviour',
        'stacked.period_types',
        'in_order.previous_on',
    ) }}
from stacked
left join regions on stacked.region_code = regions.region_code
left join in_order
    on
        stacked.measure_id = in_order.measure_id
        and stacked.subject_key = in_order.subject_key
        and stacked.observed_on = in_order.observed_on
