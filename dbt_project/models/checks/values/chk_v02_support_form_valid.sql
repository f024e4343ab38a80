{{ code_on_date('support_forms', 'support_code', 'provided_on', 'ondersteuningsvorm') }}
