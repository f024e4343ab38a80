{{ code_on_date('help_requests', 'help_request_code', 'requested_on', 'hulpvraag') }}
