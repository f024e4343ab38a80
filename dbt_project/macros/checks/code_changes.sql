{#-
    Whether a code vanished: it was at least 5 % of the rows before, and now there is not one. When
    nothing changed, the chance that all its rows fall in the time before is that part of all rows to
    the power of their number; it has to be below e^-10, about one in 20,000.
-#}
{% macro has_vanished(count, total, share_before, total_before) -%}
    (
        {{ count }} = 0
        and {{ share_before }} >= 0.05
        and {{ share_before }} * {{ total_before }}
        * ln(1 + cast({{ total }} as double) / {{ total_before }}) >= 10
    )
{%- endmacro %}

{#- Whether a code turned up: at least 5 % now and none before, by the same chance. -#}
{% macro has_turned_up(count, total, count_before, total_before) -%}
    (
        {{ count_before }} = 0
        and {{ count }} >= 0.05 * {{ total }}
        and {{ count }} * ln(1 + cast({{ total_before }} as double) / {{ total }}) >= 10
    )
{%- endmacro %}
