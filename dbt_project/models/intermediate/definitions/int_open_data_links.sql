with

built_in as (

    select * from {{ ref('kpi_open_data_links') }}

),

observations as (

    select * from {{ ref('stg_open_data__observations') }}

)

select
    kpi_id,
    role,
    topic_id
from built_in
union all
-- A topic that the organisation added is a figure of its own, under the same id.
select
    topic_id as kpi_id,
    'value' as role,
    topic_id
from observations
where topic_id like 'EIGEN-%'
group by topic_id
