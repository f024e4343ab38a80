{#-
    The t-value of a two-sided 95 % interval: the first terms of the Cornish-Fisher expansion around
    the normal one. From 9 degrees of freedom on it is right to three decimals; below that a mean
    is hidden anyway.
-#}
{% macro t_value(degrees_of_freedom) -%}
    (
        1.959964
        + 2.372271 / ({{ degrees_of_freedom }})
        + 2.822499 / power({{ degrees_of_freedom }}, 2)
        + 2.555850 / power({{ degrees_of_freedom }}, 3)
        + 1.589534 / power({{ degrees_of_freedom }}, 4)
    )
{%- endmacro %}

{#-
    One end of the 95 % t-interval of a mean, from the count, the sum and the sum of squares; null
    for fewer than 10 values.
-#}
{% macro t_interval(count, total, squares, end) -%}
    {%- set sign = {'low': '-', 'high': '+'}[end] -%}
    case
        when {{ count }} >= 10
            then
                cast(
                    cast({{ total }} as double) / {{ count }}
                    {{ sign }} {{ t_value('cast(' ~ count ~ ' as double) - 1') }}
                    * sqrt(
                        greatest(
                            (
                                cast({{ squares }} as double)
                                - cast({{ total }} as double) * {{ total }} / {{ count }}
                            ) / (cast({{ count }} as double) - 1),
                            0
                        ) / {{ count }}
                    )
                    as decimal(18, 4)
                )
    end
{%- endmacro %}
