{#- The fixed set of breakdowns: name -> the key columns that it keeps. -#}
{% macro breakdowns() -%}
    {{ return({
        'total': [],
        'service': ['service_code'],
        'municipality': ['municipality_code'],
        'wijk': ['wijk_code'],
        'service_municipality': ['service_code', 'municipality_code'],
        'team': ['team_code'],
        'service_team': ['service_code', 'team_code'],
        'project': ['project_code'],
        'commissioner': ['commissioner_code'],
        'service_commissioner': ['service_code', 'commissioner_code'],
        'age_band': ['age_band'],
        'respondent_role': ['respondent_role'],
        'cultural_background': ['cultural_background'],
    }) }}
{%- endmacro %}

{#- The columns of a published row that say which part of the work it is about. -#}
{% macro slice_columns() -%}
    {{ return([
        'region_code', 'service_code', 'team_code', 'project_code', 'commissioner_code',
        'age_band', 'respondent_role', 'cultural_background',
    ]) }}
{%- endmacro %}

{#- Join condition on the slice of a figure. -#}
{% macro same_slice(left, right) -%}
    {{ left }}.period_type = {{ right }}.period_type
    and {{ left }}.period_start = {{ right }}.period_start
    and {{ left }}.breakdown = {{ right }}.breakdown
    and {{ left }}.slice_key = {{ right }}.slice_key
{%- endmacro %}
