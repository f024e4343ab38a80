{{ dimension_of_codes('team', 'team_code', 'team_name_nl') }}
