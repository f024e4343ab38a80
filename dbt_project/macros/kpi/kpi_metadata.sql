{#- Every `meta.kpi` block of the KPI models with the model's name, sorted by id. Empty while dbt parses. -#}
{% macro kpi_metadata() -%}
    {% set found = [] %}
    {% if execute %}
        {% for node in graph.nodes.values()
            if node.resource_type == 'model' and node.config.meta.get('kpi') %}
            {% do found.append(dict(node.config.meta.kpi, model=node.name)) %}
        {% endfor %}
    {% endif %}
    {{ return(found | sort(attribute='id')) }}
{%- endmacro %}

{#- A text literal that is safe for apostrophes on every engine; null for nothing. -#}
{% macro sql_text(value) -%}
    {%- if value is none or value is undefined -%}
    cast(null as {{ dbt.type_string() }})
    {%- else -%}
    cast({{ dbt.string_literal(dbt.escape_single_quotes(value | string)) }} as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{#- A boolean literal. -#}
{% macro sql_boolean(value) -%}
    {{ 'true' if value else 'false' }}
{%- endmacro %}
