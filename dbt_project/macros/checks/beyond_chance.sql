{#-
    Whether two shares differ by more than chance: three standard errors of the difference of
    their arcsines, which holds for small shares too. A month of thirty rows moves a lot by itself.
-#}
{% macro beyond_chance(share, count, other_share, other_count) -%}
    abs(
        2 * asin(sqrt(least({{ share }}, 1.0))) - 2 * asin(sqrt(least({{ other_share }}, 1.0)))
    ) > 3 * sqrt(1.0 / {{ count }} + 1.0 / {{ other_count }})
{%- endmacro %}

{#-
    What a chi-square of so many degrees of freedom exceeds once in 700 times: Wilson and Hilferty's
    approximation, at three standard errors.
-#}
{% macro chi_square_limit(degrees_of_freedom) -%}
    (
        ({{ degrees_of_freedom }})
        * power(
            1
            - 2.0 / (9 * ({{ degrees_of_freedom }}))
            + 3 * sqrt(2.0 / (9 * ({{ degrees_of_freedom }}))),
            3
        )
    )
{%- endmacro %}
