{#-
    What is the same as in the former build is kept, on DuckDB; another engine builds everything.

    Every relation carries a comment of two words: its recipe and its content. The recipe is a hash
    of the compiled SQL and of the content of all that it reads; what is read through a view is the
    SQL of that view and what that reads. The content is a hash of the rows. So a relation with the
    recipe of tonight holds what building it would give, and a table that comes out the same leaves
    its readers alone. A comment is part of the relation: it is written in the same transaction,
    and goes when the relation goes. `dbt build --full-refresh` keeps nothing.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {%- if is_kept() -%}
    {%- call noop_statement('main', 'KEPT', 'KEPT', 0) -%}{%- endcall -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
    {%- endif -%}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- if is_kept() -%}
    {%- call noop_statement('main', 'KEPT', 'KEPT', 0) -%}{%- endcall -%}
    {{ return({'relations': [this.incorporate(type='view')]}) }}
    {%- endif -%}
    {{ return(dbt.materialization_view_default()) }}
{% endmaterialization %}

{% materialization seed, adapter='duckdb' %}
    {%- if is_kept() -%}
    {%- do store_result('agate_table', response='KEPT', agate_table=none) -%}
    {%- call noop_statement('main', 'KEPT', 'KEPT', 0) -%}{%- endcall -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
    {%- endif -%}
    {{ return(dbt.materialization_seed_default()) }}
{% endmaterialization %}

{#- Whether the relation of this node stands there already as it would be built. -#}
{% macro is_kept() -%}
    {%- if should_full_refresh() -%}
    {{ return(false) }}
    {%- endif -%}
    {%- set recipe = recipe_of_model() -%}
    {%- set former = comments_of([(this.schema, this.identifier)]) | first | default('') -%}
    {{ return(recipe is not none and former.split(' ') | first == recipe) }}
{%- endmacro %}

{#- Write what a relation was made from and what it holds; the hook after every model and seed. -#}
{% macro note_content() -%}
    {{ return(adapter.dispatch('note_content', 'impactkompas')()) }}
{%- endmacro %}

{% macro default__note_content() -%}
{%- endmacro %}

{% macro duckdb__note_content() -%}
    {%- set recipe = recipe_of_model() if execute else none -%}
    {%- if recipe is not none -%}
        {%- if model.config.materialized == 'view' -%}
    comment on view {{ this }} is '{{ recipe }} {{ recipe }}'
        {%- else -%}
        {%- set types = adapter.get_columns_in_relation(this) | map(attribute='data_type') -%}
    comment on table {{ this }} is
    '{{ recipe }} {{ local_md5(types | join(',') ~ run_query(content_of(this)).rows[0][0]) }}'
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#-
    A query for the content of a relation, whatever the order of its rows. The hash of a row is
    hashed again: values that change places between rows could leave the sum of plain ones alone.
-#}
{% macro content_of(relation) -%}
    select count(*) || ' ' || coalesce(sum(hash(hash(*columns(*)))), 0) from {{ relation }}
{%- endmacro %}

{#-
    The recipe of the node that is built; none when something that it reads has no known content.
    A view is its SQL, whatever it reads: its readers look through it.
-#}
{% macro recipe_of_model() -%}
    {%- if model.resource_type == 'seed' -%}
        {%- if model.checksum.name != 'sha256' -%}
        {{ return(none) }}
        {%- endif -%}
        {{ return(local_md5(model.checksum.checksum ~ tojson(model.config.column_types))) }}
    {%- endif -%}
    {%- if model.config.materialized == 'view' -%}
    {{ return(local_md5(model.compiled_code)) }}
    {%- endif -%}
    {%- set found = namespace(relations=[], to_visit=model.depends_on.nodes, seen=[]) -%}
    {%- for _ in graph.nodes if found.to_visit -%}
        {%- set next = [] -%}
        {%- for unique_id in found.to_visit if unique_id not in found.seen -%}
            {%- do found.seen.append(unique_id) -%}
            {%- if unique_id in graph.sources -%}
            {%- set source = graph.sources[unique_id] -%}
            {%- do found.relations.append((source.source_name, source.name)) -%}
            {%- else -%}
            {%- set node = graph.nodes[unique_id] -%}
            {%- do found.relations.append((node.schema, node.alias)) -%}
                {%- if node.config.materialized not in ('table', 'seed') -%}
                {%- do next.extend(node.depends_on.nodes) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set found.to_visit = next -%}
    {%- endfor -%}
    {%- set comments = comments_of(found.relations) if found.relations else [] -%}
    {%- if comments | length < found.relations | length -%}
    {{ return(none) }}
    {%- endif -%}
    {%- set contents = [] -%}
    {%- for comment in comments -%}
    {%- do contents.append(comment.split(' ') | last) -%}
    {%- endfor -%}
    {{ return(local_md5(model.compiled_code ~ contents | join(' '))) }}
{%- endmacro %}

{#- The comments of relations, by schema and name, without those that have none. -#}
{% macro comments_of(relations) -%}
    {%- set sql -%}
    select comment
    from (
        select schema_name, table_name, comment from duckdb_tables()
        where database_name = current_database()
        union all
        select schema_name, view_name, comment from duckdb_views()
        where database_name = current_database()
        union all
        select schema_name, table_name, content from main.raw_contents
    )
    where
        comment is not null
        and schema_name || '.' || table_name in (
            {%- for schema_name, name in relations %}
            '{{ schema_name }}.{{ name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    order by schema_name, table_name
    {%- endset -%}
    {{ return(run_query(sql).columns[0].values()) }}
{%- endmacro %}
