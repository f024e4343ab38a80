with

measures as (

    select * from {{ ref('int_measure_values') }}
    where measure_kind = 'kpi'

),

reasons as (

    select * from {{ ref('int_kpi_reasons') }}

),

definitions as (

    select * from {{ ref('int_kpi_definitions') }}

),

kpis as (

    select * from {{ ref('int_kpis') }}

),

kpi_sources as (

    select * from {{ ref('int_kpi_sources') }}

),

impact_values as (

    select * from {{ ref('int_impact_values') }}

),

regions as (

    select * from {{ ref('int_regions') }}

),

outcomes as (

    select * from {{ ref('int_check_outcomes') }}

),

figure_status as (

    select * from {{ ref('int_figure_status') }}
    where measure_kind = 'kpi'

),

settings as (

    select * from {{ ref('int_settings') }}

),

oldest_source as (

    select
        kpi_id,
        min(data_as_of) as data_as_of
    from kpi_sources
    group by kpi_id

),

own_rows as (

    select
        measures.measure_id as kpi_id,
        measures.design,
        measures.period_type,
        measures.period_start,
        measures.breakdown,
        {%- for column in slice_columns() %}
        measures.{{ column }},
        {%- endfor %}
        measures.numerator,
        measures.denominator,
        measures.value,
        measures.unit,
        measures.subject_count as n_subjects,
        measures.respondent_count as n_respondents,
        measures.invited_count as n_invited,
        measures.reached_count as n_reached,
        cast(
            100 * cast(measures.respondent_count as double)
            / nullif(coalesce(measures.invited_count, measures.reached_count), 0)
            as decimal(18, 4)
        ) as response_rate,
        measures.interval_low,
        measures.interval_high,
        -- How far absence, drift or an older source moves a figure has no limit that is known.
        case when coalesce(reasons.unbounded, 0) = 0 then measures.bound_low end as bound_low,
        case when coalesce(reasons.unbounded, 0) = 0 then measures.bound_high end as bound_high,
        measures.rule_low,
        measures.rule_high,
        measures.time_behaviour,
        figure_status.measure_id is not null as is_selected,
        figure_status.interpretation_status,
        -- Process figures are for the organisation itself (R07).
        figure_status.is_for_commissioner and definitions.layer <> 'activity'
            as is_result_for_commissioner,
        case
            when measures.value is null or reasons.unknown = 1 then 'niet te bepalen'
            when reasons.beyond_block = 1 then 'onbetrouwbaar'
            when reasons.reasons is not null then 'let op'
            else 'betrouwbaar'
        end as reliability,
        reasons.reasons,
        {{ dbt.dateadd('day', 'settings.month_close_days', 'measures.period_last_day') }}
        > settings.as_of
        or coalesce(reasons.incomplete, 0) = 1 as is_provisional,
        oldest_source.data_as_of,
        cast(null as integer) as source_year,
        cast(null as {{ dbt.type_string() }}) as source_table,
        cast(null as date) as source_revision,
        cast(null as integer) as division_year,
        {{ choice_of_design('measures.design', 'definitions.choice_nl') }} as choice_nl,
        definitions.definition_version,
        coalesce(measures.is_dominated, false) as is_dominated
    from measures
    inner join definitions on measures.measure_id = definitions.kpi_id
    cross join settings
    left join reasons
        on
            measures.measure_id = reasons.kpi_id
            and measures.design = reasons.design
            and {{ same_slice('measures', 'reasons') }}
    left join oldest_source on measures.measure_id = oldest_source.kpi_id
    left join figure_status
        on
            measures.measure_id = figure_status.measure_id
            and measures.design = figure_status.design
            and {{ same_slice('measures', 'figure_status') }}

),

-- Tables of open data of which the last good copy stays.
held_tables as (

    select source_id as table_id
    from outcomes
    where
        check_id = 'X04'
        and is_failing
    group by source_id

),

-- Published figures: as old as their year, and older than two years is said (R21).
impact_rows as (

    select
        impact_values.kpi_id,
        'open_data' as design,
        'year' as period_type,
        {{ first_day_of_year('impact_values.source_year') }} as period_start,
        {{ impact_breakdown('regions.region_kind', 'impact_values.age_band') }} as breakdown,
        impact_values.region_code,
        {%- for column in slice_columns()
            if column != 'region_code' %}
        {% if column == 'age_band' %}impact_values.age_band
        {%- else %}cast(null as {{ dbt.type_string() }}) as {{ column }}
        {%- endif %},
        {%- endfor %}
        impact_values.numerator,
        impact_values.denominator,
        impact_values.value,
        impact_values.unit,
        cast(null as bigint) as n_subjects,
        cast(null as bigint) as n_respondents,
        cast(null as bigint) as n_invited,
        cast(null as bigint) as n_reached,
        cast(null as decimal(18, 4)) as response_rate,
        cast(null as decimal(18, 4)) as interval_low,
        cast(null as decimal(18, 4)) as interval_high,
        cast(null as decimal(18, 4)) as bound_low,
        cast(null as decimal(18, 4)) as bound_high,
        cast(null as decimal(18, 4)) as rule_low,
        cast(null as decimal(18, 4)) as rule_high,
        'stock' as time_behaviour,
        figure_status.measure_id is not null as is_selected,
        figure_status.interpretation_status,
        figure_status.is_for_commissioner as is_result_for_commissioner,
        case
            when impact_values.value is null then 'niet te bepalen'
            when
                {{ year_of('settings.as_of') }} - impact_values.source_year > 2
                or held_tables.table_id is not null
                then 'let op'
            else 'betrouwbaar'
        end as reliability,
        case
            when {{ year_of('settings.as_of') }} - impact_values.source_year <= 2
                then case when held_tables.table_id is not null then 'X04' end
            when held_tables.table_id is not null then 'R21, X04'
            else 'R21'
        end as reasons,
        false as is_provisional,
        impact_values.retrieved_on as data_as_of,
        impact_values.source_year,
        impact_values.table_id as source_table,
        impact_values.revision as source_revision,
        impact_values.division_year,
        case
            when impact_values.denominator is not null
                then
                    'Bijstandsuitkeringen gedeeld door inwoners van 15 tot 65 jaar; '
                    || 'van alle inwoners zou het lager zijn.'
            when impact_values.is_hand_entered
                then 'Met de hand overgenomen uit de bron: waar de open data geen cijfer geven.'
            else 'Zoals gepubliceerd.'
        end as choice_nl,
        kpis.definition_version,
        false as is_dominated
    from impact_values
    inner join kpis on impact_values.kpi_id = kpis.kpi_id
    inner join regions on impact_values.region_code = regions.region_code
    cross join settings
    left join held_tables on impact_values.table_id = held_tables.table_id
    left join figure_status
        on
            impact_values.kpi_id = figure_status.measure_id
            and figure_status.design = 'open_data'
            and {{ first_day_of_year('impact_values.source_year') }} = figure_status.period_start
            and {{ impact_slice_key('impact_values.region_code', 'impact_values.age_band') }}
            = figure_status.slice_key

),

stacked as (

    select * from own_rows
    union all
    select * from impact_rows

)

select
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    {%- for column in slice_columns() %}
    {{ column }},
    {%- endfor %}
    cast(numerator as decimal(18, 4)) as numerator,
    cast(denominator as decimal(18, 4)) as denominator,
    value,
    unit,
    n_subjects,
    n_respondents,
    n_invited,
    n_reached,
    response_rate,
    interval_low,
    interval_high,
    bound_low,
    bound_high,
    rule_low,
    rule_high,
    time_behaviour,
    is_selected,
    interpretation_status,
    coalesce(
        is_result_for_commissioner
        and interpretation_status = 'geduid'
        and not is_provisional
        and reliability <> 'onbetrouwbaar'
        and breakdown not in ('team', 'service_team'),
        false
    ) as is_for_commissioner,
    reliability,
    reasons,
    is_provisional,
    data_as_of,
    source_year,
    source_table,
    source_revision,
    division_year,
    case
        when value is null then 'niet beschikbaar'
        when is_dominated then 'afgeschermd'
        else 'getoond'
    end as status,
    choice_nl,
    definition_version
from stacked
