{{ labels_of_codes('design', 'design') }}
