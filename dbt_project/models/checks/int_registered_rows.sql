{{ registered_rows(
    'ecd', 'clients', ['registered_on'], ['client_id']
) }}
union all
{{ registered_rows(
    'ecd', 'trajectories', ['started_on', 'intake_on', 'ended_on'],
    ['team_code', 'service_code', 'client_id', 'trajectory_id', 'worker_id']
) }}
union all
{{ registered_rows(
    'ecd', 'complexity_history', ['valid_from'], ['trajectory_id']
) }}
union all
{{ registered_rows(
    'ecd', 'help_requests', ['requested_on'], ['client_id', 'trajectory_id']
) }}
union all
{{ registered_rows(
    'ecd', 'support_forms', ['provided_on'], ['client_id', 'trajectory_id']
) }}
union all
{{ registered_rows(
    'ecd', 'contacts', ['contact_on'],
    ['team_code', 'client_id', 'trajectory_id', 'worker_id']
) }}
union all
{{ registered_rows(
    'ecd', 'referrals', ['referred_on', 'outcome_on'], ['client_id', 'trajectory_id']
) }}
union all
{{ registered_rows(
    'ecd', 'assessments', ['assessed_on'], ['client_id', 'trajectory_id']
) }}
union all
{{ registered_rows(
    'ecd', 'budget_requests', ['requested_on', 'decided_on'], ['client_id', 'trajectory_id']
) }}
union all
{{ registered_rows(
    'ecd', 'workers', [], ['team_code', 'worker_id']
) }}
union all
{{ registered_rows(
    'ecd', 'worked_hours', ['month_start'], ['team_code', 'worker_id']
) }}
union all
{{ registered_rows(
    'ecd', 'group_activities', ['held_on'], ['team_code', 'service_code', 'activity_id']
) }}
union all
{{ registered_rows(
    'ecd', 'attendances', ['attended_on'], ['client_id', 'activity_id']
) }}
union all
{{ registered_rows(
    'survey', 'answers', ['completed_on'], ['response_id']
) }}
union all
{{ registered_rows(
    'survey', 'start_slot', ['filled_on'], ['team_code', 'client_id', 'response_id']
) }}
union all
{{ registered_rows(
    'survey', 'instrument_scores', ['measured_on'],
    ['service_code', 'team_code', 'client_id', 'response_id']
) }}
union all
{{ registered_rows(
    'organisation', 'projects', [], ['team_code', 'service_code']
) }}
