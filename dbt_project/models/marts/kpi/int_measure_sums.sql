{{ summed_by_breakdown(
    relation=ref('int_measure_observations'),
    id_columns=['measure_kind', 'measure_id', 'design'],
    measures={
        'numerator': 'numerator',
        'denominator': 'denominator',
        'numerator_all': 'numerator_all',
        'numerator_any': 'numerator_any',
        'rule_denominator': 'rule_denominator',
        'numerator_low': 'numerator_low',
        'numerator_high': 'numerator_high',
        'asked': 'asked',
    },
    largest=['numerator', 'denominator'],
) }}
