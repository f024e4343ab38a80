{{ dimension_of_codes('werksoort', 'service_code', 'service_name_nl') }}
