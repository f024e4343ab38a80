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

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

outcomes as (

    select * from {{ ref('int_check_outcomes') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

kpi_columns as (

    select * from {{ ref('stg_run__kpi_columns') }}

),

failed as (

    select
        failed_checks.check_id,
        kpi_columns.kpi_model
    from {{ ref('stg_run__failed_checks') }} as failed_checks
    inner join {{ ref('stg_run__check_columns') }} as check_columns
        on failed_checks.check_id = check_columns.check_id
    inner join {{ ref('stg_run__kpi_columns') }} as kpi_columns
        on
            check_columns.source_name = kpi_columns.source_name
            and check_columns.table_name = kpi_columns.table_name
            and (
                check_columns.column_name = '*'
                or check_columns.column_name = kpi_columns.column_name
            )
    group by failed_checks.check_id, kpi_columns.kpi_model

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

by_figure as (

    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        check_id as reason,
        is_beyond_block
    from {{ ref('int_figure_checks') }}
    where is_failing

),

-- A slice marks the figures of its team, or all that are of no team.
failing_slices as (

    select
        outcomes.check_id,
        kpi_columns.kpi_model,
        outcomes.team_code,
        outcomes.period_type,
        outcomes.period_start,
        max(case when outcomes.measure > catalogue.block_threshold then 1 else 0 end)
            as beyond_block,
        max(case when catalogue.bound = 'none' then 1 else 0 end) as unbounded
    from outcomes
    inner join catalogue on outcomes.check_id = catalogue.check_id
    inner join kpi_columns
        on
            outcomes.source_name = kpi_columns.source_name
            and outcomes.table_name = kpi_columns.table_name
            and (outcomes.column_name = '*' or outcomes.column_name = kpi_columns.column_name)
    where
        outcomes.is_failing
        and outcomes.measure is not null
    group by
        outcomes.check_id,
        kpi_columns.kpi_model,
        outcomes.team_code,
        outcomes.period_type,
        outcomes.period_start

),

by_slice as (

    select
        measures.measure_id as kpi_id,
        measures.design,
        measures.period_type,
        measures.period_start,
        measures.breakdown,
        measures.slice_key,
        failing_slices.check_id as reason,
        failing_slices.beyond_block = 1 as is_beyond_block,
        failing_slices.unbounded = 1 as is_unbounded
    from measures
    inner join definitions on measures.measure_id = definitions.kpi_id
    inner join failing_slices
        on
            definitions.kpi_model = failing_slices.kpi_model
            and coalesce(measures.team_code, '*') = failing_slices.team_code
            and case
                when measures.period_type = 'quarter'
                    then
                        failing_slices.period_type = 'month'
                        and {{ dbt.date_trunc('quarter', 'failing_slices.period_start') }}
                        = measures.period_start
                else
                    measures.period_type = failing_slices.period_type
                    and measures.period_start = failing_slices.period_start
            end

),

-- Nobody knows what a check that threw would have said.
by_failure as (

    select
        measures.measure_id as kpi_id,
        measures.design,
        measures.period_type,
        measures.period_start,
        measures.breakdown,
        measures.slice_key,
        failed.check_id as reason
    from measures
    inner join definitions on measures.measure_id = definitions.kpi_id
    inner join failed on definitions.kpi_model = failed.kpi_model

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
        kpi_sources.reason
    from measures
    inner join kpi_sources on measures.measure_id = kpi_sources.kpi_id
    cross join settings
    where
        kpi_sources.data_as_of is null
        or {{ dbt.dateadd('day', 'settings.month_close_days', 'measures.period_last_day') }}
        > kpi_sources.data_as_of

),

stacked as (

    {% for relation in ['by_check', 'by_figure', 'by_slice', 'by_source', 'by_failure'] %}
    select
        kpi_id,
        design,
        period_type,
        period_start,
        breakdown,
        slice_key,
        reason,
        {{ 'false' if relation in ['by_source', 'by_failure'] else 'is_beyond_block' }}
            as is_beyond_block,
        {{ 'is_unbounded' if relation == 'by_slice' else relation in ['by_source', 'by_failure'] }}
            as is_unbounded,
        {{ relation == 'by_failure' }} as is_unknown
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
        max(case when is_beyond_block then 1 else 0 end) as beyond_block,
        max(case when is_unbounded then 1 else 0 end) as unbounded,
        max(case when is_unknown then 1 else 0 end) as unknown
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
    max(beyond_block) as beyond_block,
    max(unbounded) as unbounded,
    max(unknown) as unknown,
    -- T02: part of the figure is still to come.
    max(case when reason = 'T02' then 1 else 0 end) as incomplete
from each_once
group by
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key
