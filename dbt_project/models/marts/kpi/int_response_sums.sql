{{ summed_by_breakdown(
    relation=ref('int_response_placed'),
    id_columns=['measure_kind', 'measure_id', 'design'],
    measures={
        'reached_count': 'reached_count',
        'invited_count': 'invited_count',
        'project_outside_count': 'runs_outside_PERIOD',
        'project_without_reached_count': 'case when reached_count is null then 1 else 0 end',
        'project_without_invited_count': 'case when invited_count is null then 1 else 0 end',
    },
) }}
