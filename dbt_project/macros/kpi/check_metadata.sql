{#- Check id -> name of the check model, from `meta.check`. Empty while dbt parses. -#}
{% macro check_ids() -%}
    {% set found = {} %}
    {% if execute %}
        {% for node in graph.nodes.values()
            if node.resource_type == 'model' and node.config.meta.get('check') %}
            {% do found.update({node.name: node.config.meta.check.id}) %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{%- endmacro %}
