{%- set judged = [
    ('Q01', ref('int_q01_response')),
    ('Q02', 'intervals'),
    ('Q05', ref('int_q05_skipped')),
    ('Q07', ref('int_q07_ages')),
    ('Q07', ref('int_q07_services')),
    ('Q08', ref('int_q08_unpaired')),
    ('Q09', ref('int_q09_changed')),
] -%}
with

measures as (

    select * from {{ ref('int_measure_values') }}
    where
        measure_kind = 'kpi'
        and value is not null

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

figure_flags as (

    select * from {{ ref('int_figure_flags') }}

),

waived_checks as (

    select * from {{ ref('int_waived_checks') }}

),

-- Q02: half the width of the interval.
intervals as (

    select
        measure_id as kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        cast(denominator as bigint) as n_applicable,
        cast(cast(interval_high - interval_low as double) / 200 as decimal(18, 6)) as measure
    from measures
    where interval_low is not null

),

parts as (

    {% for check_id, relation in judged %}
    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        '{{ check_id }}' as check_id,
        n_applicable,
        measure
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A figure is as good as the worst that was judged of it. An interval shows by itself how few.
judged as (

    select
        parts.kpi_id,
        parts.design,
        parts.period_type,
        parts.period_start,
        parts.breakdown,
        parts.slice_key,
        parts.check_id,
        max(parts.measure) > catalogue.flag_threshold as is_hit,
        coalesce(max(parts.measure) > catalogue.block_threshold, false) as is_beyond_block
    from parts
    inner join catalogue on parts.check_id = catalogue.check_id
    where
        parts.check_id = 'Q02'
        or parts.n_applicable >= catalogue.floor_count
    group by
        parts.kpi_id,
        parts.design,
        parts.period_type,
        parts.period_start,
        parts.breakdown,
        parts.slice_key,
        parts.check_id,
        catalogue.flag_threshold,
        catalogue.block_threshold
    union all
    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        check_id,
        is_hit,
        false as is_beyond_block
    from figure_flags

)

select
    judged.kpi_id,
    judged.design,
    judged.period_type,
    judged.period_start,
    judged.breakdown,
    judged.slice_key,
    judged.check_id,
    judged.is_hit,
    judged.is_hit and waived_checks.check_id is null as is_failing,
    judged.is_beyond_block
from judged
left join waived_checks on judged.check_id = waived_checks.check_id
