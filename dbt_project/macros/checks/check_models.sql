{#-
    The check models of one grain, from `meta.check`: a list of {id, relation, unit}.

    Row checks give a row per judged registration; with a unit (`worker_day`) the column is_counted
    says which row stands for its unit. Slice checks (`grain: slice`) give a row per team and period.
    Every model is a parent of the caller, also while dbt parses and does not know which grain it
    has. A check that threw is left out: the night built the rest again without it.
-#}
{% macro check_models(grain) -%}
    {% set found = [] %}
    {% set failed_checks = source('run', 'failed_checks') %}
    {% set relations = {} %}
    {% for name in check_model_names() %}
        {% do relations.update({name: ref(name)}) %}
    {% endfor %}
    {% if execute %}
        {% set failed = run_query('select check_id from ' ~ failed_checks).columns[0].values() %}
        {% for node in graph.nodes.values()
            if node.resource_type == 'model' and node.name in relations %}
            {% set check = node.config.meta.check %}
            {% if check.get('grain', 'row') == grain and check.id not in failed %}
                {% do found.append({
                    'id': check.id, 'relation': relations[node.name], 'unit': check.get('unit')
                }) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(found | sort(attribute='id')) }}
{%- endmacro %}
