with

measures as (

    select * from {{ ref('int_measure_values') }}
    where
        measure_kind = 'kpi'
        and value is not null

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

)

-- Q02: an interval is twice its half width.
select
    measures.measure_id as kpi_id,
    measures.design,
    measures.period_type,
    measures.period_start,
    measures.breakdown,
    measures.slice_key,
    catalogue.check_id,
    measures.interval_high - measures.interval_low > 200 * catalogue.flag_threshold as is_failing,
    measures.interval_high - measures.interval_low > 200 * catalogue.block_threshold
        as is_beyond_block
from measures
inner join catalogue on catalogue.check_id = 'Q02'
where measures.interval_low is not null
