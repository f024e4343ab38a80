{{ summed_by_breakdown(
    relation=ref('int_answer_placed'),
    id_columns=['question_id', 'design', 'scale_id', 'answer_code', 'is_counting'],
    measures={'answer_count': '1'},
    period_types=['year', 'quarter'],
    breakdown_names=['total', 'service', 'municipality', 'team', 'project'],
) }}
