with

flags as (

    select * from {{ ref('int_figure_flags') }}

),

judged as (

    {% for name in release_check_model_names() %}
    select
        {{ sql_text(check_ids().get(name)) }} as check_id,
        kpi_id,
        is_hit
    from {{ ref(name) }}
    union all
    {% endfor %}
    select
        check_id,
        kpi_id,
        is_hit
    from flags

)

select
    check_id,
    kpi_id,
    cast(count(*) as bigint) as n_applicable,
    cast(sum(case when is_hit then 1 else 0 end) as bigint) as n_hit
from judged
group by check_id, kpi_id
