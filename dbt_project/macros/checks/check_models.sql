{#-
    The check models of one grain among `names`, from `meta.check`: a list of {id, relation, unit}.

    `check_model_names()` judge registrations, `figure_flag_model_names()` figures before anything
    was said of their reliability, `release_check_model_names()` the figures themselves.
    Row checks give a row per judged registration; with a unit (`worker_day`) the column is_counted
    says which row stands for its unit. Slice checks (`grain: slice`) give a row per team and period.
    Every model is a parent of the caller, also while dbt parses and does not know which grain it
    has. A check that threw is left out: the night built the rest again without it.
-#}
{% macro check_models(grain, names) -%}
    {% set found = [] %}
    {% set failed_checks = source('run', 'failed_checks') %}
    {% set relations = {} %}
    {% for name in names %}
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
