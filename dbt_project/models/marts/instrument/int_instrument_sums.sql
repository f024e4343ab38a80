with

sums as (

    {{ summed_by_breakdown(
        relation=ref('int_instrument_observations'),
        id_columns=[
            'instrument_id', 'instrument_version', 'dimension_code', 'design', 'kind',
            'outcome_code',
        ],
        measures={'score_sum': 'score', 'score_square_sum': 'score_square'},
        breakdown_names=[
            'total', 'service', 'team', 'municipality', 'project', 'respondent_role',
        ],
    ) }}

)

select
    instrument_id,
    instrument_version,
    dimension_code,
    design,
    kind,
    outcome_code,
    period_type,
    period_start,
    breakdown,
    region_code,
    service_code,
    team_code,
    project_code,
    respondent_role,
    slice_key,
    score_sum,
    score_square_sum,
    subject_count
from sums
