with

observations as (

    select * from {{ ref('int_measure_observations') }}
    where
        measure_kind = 'kpi'
        and design = 'start_slot'

),

starts as (

    select * from {{ ref('int_starts_due') }}

),

-- A start without a slot counts on the day that the help ended: then the slot list was due.
due as (

    select
        observations.measure_id,
        observations.design,
        observations.subject_key,
        {%- for column in [
            'municipality_code', 'wijk_code', 'service_code', 'team_code', 'project_code',
            'commissioner_code', 'age_band', 'respondent_role', 'cultural_background',
        ] %}
        observations.{{ column }},
        {%- endfor %}
        observations.per_subject,
        observations.per_age_band_only,
        1 - observations.denominator as unpaired,
        {{ placed_in_periods('starts.due_on', "'flow'", "'year,quarter,month'") }}
    from observations
    inner join starts on observations.subject_key = starts.pair_key

),

sums as (

    {{ summed_by_breakdown(
        relation='due',
        id_columns=['measure_id', 'design'],
        measures={'unpaired': 'unpaired'},
    ) }}

)

select
    measure_id as kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    subject_count as n_applicable,
    cast(cast(unpaired as double) / subject_count as decimal(18, 6)) as measure
from sums
