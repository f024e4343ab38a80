{#-
    Seeds on Spark. dbt's own loading writes the word None for an empty cell and stumbles on an
    apostrophe; types are those of DuckDB.
-#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set sql -%}
    create table {{ this.render() }} (
        {%- for column in agate_table.column_names %}
        {{ column }} {{ seed_type(model, agate_table, loop.index0) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    {{ file_format_clause() }}
    {{ location_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set sql -%}
    insert overwrite {{ this.render() }} values
    {%- for row in agate_table.rows %}
    (
        {%- for value in row %}
        {%- if value is none -%}
        null
        {%- else -%}
        cast({{ sql_text(value) }} as {{ seed_type(model, agate_table, loop.index0) }})
        {%- endif -%}
        {{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}

{#- The type of a column of a seed, in Spark's word. -#}
{% macro seed_type(model, agate_table, index) -%}
    {%- set column = agate_table.column_names[index] -%}
    {%- set found = model['config']['column_types'].get(
        column, adapter.convert_type(agate_table, index)
    ) -%}
    {{ return({'varchar': 'string', 'bigint': 'int'}.get(found, found)) }}
{%- endmacro %}
