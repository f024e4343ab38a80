{#- One end of the Wilson 95 % interval of a share, in percent; null without a denominator. -#}
{% macro wilson(numerator, denominator, end) -%}
    {%- set z = 1.959964 -%}
    {%- set sign = {'low': '-', 'high': '+'}[end] -%}
    cast(
        100 * (
            cast({{ numerator }} as double) / nullif({{ denominator }}, 0)
            + {{ z * z / 2 }} / nullif(cast({{ denominator }} as double), 0)
            {{ sign }} {{ z }} * sqrt(
                greatest(
                    cast({{ numerator }} as double)
                    * (cast({{ denominator }} as double) - {{ numerator }})
                    / nullif(cast({{ denominator }} as double), 0)
                    + {{ z * z / 4 }},
                    0
                )
            ) / nullif(cast({{ denominator }} as double), 0)
        ) / (1 + {{ z * z }} / nullif(cast({{ denominator }} as double), 0))
        as decimal(18, 4)
    )
{%- endmacro %}
