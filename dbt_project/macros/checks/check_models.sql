{#-
    The check models of one grain, from `meta.check`: a list of {name, id, unit}.

    Row checks give a row per judged registration; with a unit (`worker_day`) the column is_counted
    says which row stands for its unit. Slice checks (`grain: slice`) give a row per team and period.
    Every model is a parent of the caller, also while dbt parses and does not know which grain it has.
-#}
{% macro check_models(grain) -%}
    {% set found = [] %}
    {% for name in check_model_names() %}
        {% set relation = ref(name) %}
        {% if execute %}
            {% for node in graph.nodes.values()
                if node.resource_type == 'model' and node.name == name %}
                {% set check = node.config.meta.check %}
                {% if check.get('grain', 'row') == grain %}
                    {% do found.append({
                        'id': check.id, 'relation': relation, 'unit': check.get('unit')
                    }) %}
                {% endif %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
