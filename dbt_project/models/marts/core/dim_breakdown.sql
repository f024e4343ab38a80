{{ labels_of_codes('breakdown', 'breakdown') }}
