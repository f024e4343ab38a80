{#-
    The raw tables for engines that cannot read Parquet by a path with a pattern: external tables
    over the folders that ingest wrote. Columns are those of all files together, as on DuckDB.
-#}
{% macro raw_tables() -%}
    {{ return(adapter.dispatch('raw_tables', 'impactkompas')()) }}
{%- endmacro %}

{#-
    DuckDB reads them in place: external_location of the sources. What they hold is noted, to know
    what is new, and what a build that was killed had put aside is removed.
-#}
{% macro duckdb__raw_tables() -%}
    {%- if execute -%}
    {%- set put_aside -%}
    select schema_name || '.' || table_name
    from duckdb_tables()
    where
        database_name = current_database()
        and (table_name like '%\_\_dbt\_backup' escape '\' or table_name like '%\_\_dbt\_tmp' escape '\')
    {%- endset -%}
    {%- for name in run_query(put_aside).columns[0].values() -%}
    {%- do run_query('drop table ' ~ name) -%}
    {%- endfor -%}
    {%- set folder = env_var('IMPACTKOMPAS_HOME') ~ '/raw/' -%}
    {%- set landed -%}
    select distinct parse_dirpath(file) from glob('{{ folder }}*/*/*.parquet')
    {%- endset -%}
    {%- set folders = run_query(landed).columns[0].values() -%}
    create or replace table main.raw_contents as
    select
        cast(null as varchar) as schema_name,
        cast(null as varchar) as table_name,
        cast(null as varchar) as content
    where false
    {%- for table in graph.sources.values() -%}
    {%- set path = folder ~ table.source_name ~ '/' ~ table.name %}
    {%- if path in folders %}
    union all
    select '{{ table.source_name }}', '{{ table.name }}', ({{ content_of(
        "read_parquet('" ~ path ~ "/*.parquet', union_by_name = true)"
    ) }})
    {%- endif -%}
    {%- endfor -%}
    {%- endif -%}
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
