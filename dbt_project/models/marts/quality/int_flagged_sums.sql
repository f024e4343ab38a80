{{ summed_by_breakdown(
    relation=ref('int_flagged_placed'),
    id_columns=['measure_id', 'design', 'check_id'],
    measures={
        'numerator': 'numerator',
        'denominator': 'denominator',
        'left_out': 'left_out',
        'failing': 'failing',
    },
) }}
