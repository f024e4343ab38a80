{#-
    Age band on 1 January of the year of a date, as Statistics Netherlands counts age:
    year - birth year - 1. Bands start at the ages in the variable `age_band_limits`;
    'onbekend' when the birth year or the date is null.
-#}
{% macro age_band(birth_year_column, date_column) -%}
    {%- set limits = var('age_band_limits') -%}
    {%- set age = year_of(date_column) ~ ' - ' ~ birth_year_column ~ ' - 1' -%}
    case
        when {{ age }} < {{ limits[0] }} then '0-{{ limits[0] - 1 }}'
        {%- for upper in limits[1:] %}
        when {{ age }} < {{ upper }} then '{{ limits[loop.index0] }}-{{ upper - 1 }}'
        {%- endfor %}
        when {{ age }} >= {{ limits[-1] }} then '{{ limits[-1] }}+'
        else 'onbekend'
    end
{%- endmacro %}
