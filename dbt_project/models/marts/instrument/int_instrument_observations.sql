with

scores as (

    select * from {{ ref('int_instrument_scores') }}
    where left_out_reason is null

),

pairs as (

    select * from {{ ref('int_instrument_pairs') }}

),

dimensions as (

    select * from {{ ref('int_instrument_dimensions') }}

),

regions as (

    select * from {{ ref('int_regions') }}

),

-- A score with decimals stands at its whole score: 6.4 is at 6.
measured as (

    select
        scores.instrument_id,
        scores.instrument_version,
        scores.dimension_code,
        scores.design,
        case when dimensions.has_scale then 'verdeling' else 'ingevuld' end as kind,
        case
            when dimensions.has_scale
                then cast(cast(floor(scores.score) as integer) as {{ dbt.type_string() }})
            else 'ingevuld'
        end as outcome_code,
        scores.subject_key,
        scores.measured_on as observed_on,
        scores.region_code,
        scores.service_code,
        scores.team_code,
        scores.project_code,
        scores.commissioner_code,
        scores.age_band,
        scores.respondent_role,
        cast(case when dimensions.has_scale then scores.score end as decimal(18, 4)) as score,
        case scores.moment_code when 'slot' then 1 when 'start' then 3 else 2 end as moment_rank,
        scores.recorded_on,
        scores.source_id || ':' || scores.record_ref as record_key
    from scores
    inner join dimensions
        on
            scores.instrument_id = dimensions.instrument_id
            and scores.instrument_version = dimensions.instrument_version
            and scores.dimension_code = dimensions.dimension_code

),

paired as (

    select
        pairs.instrument_id,
        pairs.instrument_version,
        pairs.dimension_code,
        pairs.design,
        'verschuiving' as kind,
        coalesce(pairs.outcome, 'niet gekoppeld') as outcome_code,
        pairs.pair_key as subject_key,
        pairs.observed_on,
        pairs.region_code,
        pairs.service_code,
        pairs.team_code,
        pairs.project_code,
        pairs.commissioner_code,
        pairs.age_band,
        pairs.respondent_role,
        cast(null as decimal(18, 4)) as score,
        1 as moment_rank,
        cast(null as date) as recorded_on,
        pairs.pair_key as record_key
    from pairs
    inner join dimensions
        on
            pairs.instrument_id = dimensions.instrument_id
            and pairs.instrument_version = dimensions.instrument_version
            and pairs.dimension_code = dimensions.dimension_code
    where dimensions.shows_shift

),

stacked as (

    select * from measured
    union all
    select * from paired

),

placed as (

    select
        *,
        {{ placed_in_periods('observed_on', "'flow'", "'year,quarter'") }}
    from stacked

),

-- Of everyone the last measurement of the period counts, where it was done.
ranked as (

    select
        {%- for period_type in ['year', 'quarter'] %}
        row_number() over (
            partition by
                instrument_id,
                instrument_version,
                dimension_code,
                design,
                kind,
                subject_key,
                {{ period_type }}_start
            order by
                observed_on desc,
                moment_rank asc,
                recorded_on desc nulls last,
                record_key desc
        ) as rank_in_{{ period_type }},
        {%- endfor %}
        *
    from placed

)

select
    ranked.instrument_id,
    ranked.instrument_version,
    ranked.dimension_code,
    ranked.design,
    ranked.kind,
    ranked.outcome_code,
    ranked.subject_key,
    ranked.observed_on,
    {{ unknown('regions.municipality_code') }} as municipality_code,
    -- Too few people for anything smaller.
    cast(null as {{ dbt.type_string() }}) as wijk_code,
    ranked.service_code,
    ranked.team_code,
    ranked.project_code,
    ranked.commissioner_code,
    ranked.age_band,
    ranked.respondent_role,
    cast(null as {{ dbt.type_string() }}) as cultural_background,
    ranked.score,
    cast(ranked.score * ranked.score as decimal(18, 4)) as score_square,
    'sum' as per_subject,
    false as per_age_band_only,
    ranked.year_start,
    ranked.is_counted_in_year and ranked.rank_in_year = 1 as is_counted_in_year,
    ranked.quarter_start,
    ranked.is_counted_in_quarter and ranked.rank_in_quarter = 1 as is_counted_in_quarter,
    ranked.month_start,
    ranked.is_counted_in_month
from ranked
left join regions on ranked.region_code = regions.region_code
