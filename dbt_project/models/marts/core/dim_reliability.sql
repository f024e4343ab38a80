{{ labels_of_codes('reliability', 'reliability') }}
