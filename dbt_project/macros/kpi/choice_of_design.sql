{#-
    The choice behind a figure. Of a list by professionals it first says what is counted: lists
    per activity, no participants (R16).
-#}
{% macro choice_of_design(design, choice) -%}
    case {{ design }}
        when 'professional'
            then
                'Lijst van de professional: aandeel ingevulde lijsten per activiteit, '
                || 'geen percentage deelnemers.'
                || coalesce(' ' || {{ choice }}, '')
        else {{ choice }}
    end
{%- endmacro %}
