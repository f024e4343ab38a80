{{ dimension_of_codes('opdrachtgever', 'commissioner_code', 'commissioner_name_nl') }}
