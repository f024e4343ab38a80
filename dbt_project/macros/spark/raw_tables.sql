{#-
    The raw tables for engines that cannot read Parquet by a path with a pattern: external tables
    over the folders that ingest wrote. Columns are those of all files together, as on DuckDB.
-#}
{% macro raw_tables() -%}
    {{ return(adapter.dispatch('raw_tables', 'impactkompas')()) }}
{%- endmacro %}

{#- DuckDB reads them in place: external_location of the sources. -#}
{% macro duckdb__raw_tables() -%}
{%- endmacro %}

{% macro spark__raw_tables() -%}
    {%- if execute -%}
    {%- for source_name in graph.sources.values() | map(attribute='source_name') | unique -%}
    {%- do run_query('create schema if not exists ' ~ source_name) -%}
    {%- endfor -%}
    {%- for table in graph.sources.values() -%}
    {%- set name = table.source_name ~ '.' ~ table.name -%}
    {%- do run_query('drop table if exists ' ~ name) -%}
    {%- do run_query(
        'create table ' ~ name ~ " using parquet options (mergeSchema 'true') location '"
        ~ env_var('IMPACTKOMPAS_HOME') ~ '/raw/' ~ table.source_name ~ '/' ~ table.name ~ "'"
    ) -%}
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
