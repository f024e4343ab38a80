{#- The breakdown of a published figure: the kind of its region, by age band when it has one. -#}
{% macro impact_breakdown(region_kind, age_band) -%}
    case {{ region_kind }}
        when 'land' then 'country'
        when 'gemeente' then 'municipality'
        else {{ region_kind }}
    end
    || case when {{ age_band }} is null then '' else '_age_band' end
{%- endmacro %}

{#- The slice of a published figure within its breakdown. -#}
{% macro impact_slice_key(region_code, age_band) -%}
    {{ region_code }} || '|' || coalesce({{ age_band }}, '')
{%- endmacro %}
