with

measures as (

    select * from {{ ref('int_measure_values') }}
    where measure_kind = 'kpi'

),

flagged as (

    select * from {{ ref('int_flagged_sums') }}
    where
        check_id <> '*'
        and failing > 0

),

kpi_sources as (

    select * from {{ ref('int_kpi_sources') }}
    where reason is not null

),

figure_flags as (

    select * from {{ ref('int_figure_flags') }}
    where is_hit

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- A check that cannot move the figure beyond its rounding does not lower its reliability.
by_check as (

    select
        measures.measure_id as kpi_id,
        measures.design,
        measures.period_type,
        measures.period_start,
        measures.breakdown,
        measures.slice_key,
        flagged.check_id as reason,
        coalesce(
            measures.interval_low is not null
            and catalogue.block_threshold is not null
            and flagged.denominator + flagged.left_out
            > catalogue.block_threshold * (measures.denominator + flagged.left_out),
            false
        ) as is_beyond_block
    from flagged
    inner join measures
        on
            flagged.measure_id = measures.measure_id
            and flagged.design = measures.design
            and {{ same_slice('flagged', 'measures') }}
    inner join catalogue on flagged.check_id = catalogue.check_id
    where
        case
            when measures.interval_low is not null
                then
                    100 * (flagged.denominator + flagged.left_out)
                    > (measures.denominator + flagged.left_out)
                    * case when measures.denominator >= 100 then 0.5 else 2.5 end
            when measures.unit = 'count' then flagged.numerator + flagged.left_out > 2.5
            else true
        end

),

by_chance as (

    select
        measure_id as kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        'Q02' as reason,
        interval_high - interval_low > 30 as is_beyond_block
    from measures
    where interval_high - interval_low > 20

),

-- A source that was held or is late can still change the periods that were not closed at its age.
by_source as (

    select
        measures.measure_id as kpi_id,
        measures.design,
        measures.period_type,
        measures.period_start,
        measures.breakdown,
        measures.slice_key,
        kpi_sources.reason,
        false as is_beyond_block
    from measures
    inner join kpi_sources on measures.measure_id = kpi_sources.kpi_id
    cross join settings
    where
        kpi_sources.data_as_of is null
        or {{ dbt.dateadd('day', 'settings.month_close_days', 'measures.period_last_day') }}
        > kpi_sources.data_as_of

),

by_figure as (

    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        check_id as reason,
        false as is_beyond_block
    from figure_flags

),

stacked as (

    {% for relation in ['by_check', 'by_chance', 'by_source', 'by_figure'] %}
    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        reason,
        is_beyond_block
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

each_once as (

    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        reason,
        max(case when is_beyond_block then 1 else 0 end) as beyond_block
    from stacked
    group by
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        reason

)

select
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    {{ dbt.listagg('reason', "', '", 'order by reason') }} as reasons,
    max(beyond_block) as beyond_block
from each_once
group by
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key
