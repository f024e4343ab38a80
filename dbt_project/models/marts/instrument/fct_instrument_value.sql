with

figures as (

    select * from {{ ref('int_instrument_values') }}

),

levels as (

    select * from {{ ref('instrument_levels') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    figures.instrument_id,
    figures.instrument_version,
    figures.dimension_code,
    figures.design,
    figures.kind,
    figures.outcome_code,
    case figures.kind
        when 'verdeling' then coalesce(levels.name_nl, figures.outcome_code)
        when 'gemiddelde' then 'Gemiddelde score'
        when 'ingevuld' then 'Aantal ingevuld'
        else
            case figures.outcome_code
                when 'beter' then 'Beter'
                when 'gelijk' then 'Gelijk'
                else 'Slechter'
            end
    end as outcome_nl,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.region_code,
    figures.service_code,
    figures.team_code,
    figures.project_code,
    figures.respondent_role,
    cast(figures.numerator as decimal(18, 4)) as numerator,
    cast(figures.denominator as decimal(18, 4)) as denominator,
    figures.value,
    figures.unit,
    figures.subject_count as n_subjects,
    figures.start_count as n_start,
    figures.pair_count as n_paired,
    cast(
        100 * cast(figures.pair_count as double) / nullif(figures.start_count, 0)
        as decimal(18, 4)
    ) as pairing_rate,
    figures.interval_low,
    figures.interval_high,
    figures.bound_low,
    figures.bound_high,
    {{ dbt.dateadd(
        'day',
        'settings.month_close_days',
        "case figures.period_type when 'year' then "
        ~ period_end('year', 'figures.period_start')
        ~ ' else ' ~ period_end('quarter', 'figures.period_start') ~ ' end',
    ) }}
    > settings.as_of as is_provisional,
    case when figures.value is null then 'niet beschikbaar' else 'getoond' end as status,
    case
        when figures.kind = 'ingevuld' then 'schaal niet opgegeven'
        when figures.kind = 'verschuiving' and figures.pair_count = 0 then 'niemand gekoppeld'
    end as note_nl
from figures
cross join settings
left join levels
    on
        figures.kind = 'verdeling'
        and figures.instrument_id = levels.instrument_id
        and figures.instrument_version = levels.instrument_version
        and figures.dimension_code = levels.dimension_code
        and figures.outcome_code = cast(levels.score as {{ dbt.type_string() }})
