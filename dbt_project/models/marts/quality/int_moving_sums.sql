{{ summed_by_breakdown(
    relation=ref('int_moving_placed'),
    id_columns=['measure_id', 'design', 'moves'],
    measures={
        'numerator': 'numerator',
        'denominator': 'denominator',
        'left_out': 'left_out',
    },
    period_types=['year', 'quarter', 'month', 'all'],
) }}
