with

remembered as (

    select * from {{ ref('stg_run__check_counts') }}

),

new_counts as (

    select * from {{ ref('int_new_check_counts') }}

),

stacked as (

    {% for relation in ['remembered', 'new_counts'] %}
    select
        check_id,
        source_id,
        team_code,
        counted_on,
        n_applicable,
        n_hit
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    check_id,
    source_id,
    team_code,
    counted_on,
    n_applicable,
    n_hit,
    cast(cast(n_hit as double) / nullif(n_applicable, 0) as decimal(18, 4)) as share
from stacked
