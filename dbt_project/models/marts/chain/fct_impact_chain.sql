with

chains as (

    select * from {{ ref('int_chains') }}

),

chain_years as (

    select * from {{ ref('int_chain_years') }}

),

need as (

    select * from {{ ref('int_chain_need') }}

),

reach as (

    select * from {{ ref('int_chain_reach') }}

),

effect as (

    select * from {{ ref('int_chain_effect') }}

),

need_rows as (

    select
        need.chain_code,
        need.year_number,
        1 as stage_number,
        'opgave' as stage_code,
        'open_data' as design,
        'count' as unit,
        need.need_count as numerator,
        need.population_count as denominator,
        need.need_count as value,
        need.need_share as share,
        cast(null as bigint) as n_subjects,
        cast(null as bigint) as n_invited,
        cast(null as bigint) as n_reached,
        need.source_year,
        need.source,
        true as is_indicative,
        'Circa: het gepubliceerde aandeel maal het aantal personen in de groep'
        || case
            when need.population_year is not null
                then
                    ' (inwoners op 1 januari '
                    || cast(need.population_year as {{ dbt.type_string() }}) || ')'
            else ''
        end
        || ', afgerond op tientallen.' as choice_nl
    from need

),

reach_rows as (

    select
        chain_years.chain_code,
        chain_years.year_number,
        2 as stage_number,
        'bereik' as stage_code,
        'registration' as design,
        'count' as unit,
        cast(coalesce(reach.person_count, 0) as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        cast(coalesce(reach.person_count, 0) as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as share,
        coalesce(reach.person_count, 0) as n_subjects,
        cast(null as bigint) as n_invited,
        cast(null as bigint) as n_reached,
        cast(null as integer) as source_year,
        'Registratie van contacten en deelnames' as source,
        false as is_indicative,
        'Verschillende personen met een contact of deelname in het jaar, naar woongebied. Anonieme '
        || 'bezoekers, en personen van wie de buurt onbekend is, tellen niet mee.' as choice_nl
    from chain_years
    left join reach
        on
            chain_years.chain_code = reach.chain_code
            and chain_years.year_number = reach.year_number

),

answer_rows as (

    select
        chain_years.chain_code,
        chain_years.year_number,
        3 as stage_number,
        'antwoord' as stage_code,
        'afterwards' as design,
        'count' as unit,
        cast(effect.answer_count as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        cast(effect.answer_count as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as share,
        effect.answer_count as n_subjects,
        effect.invited_count as n_invited,
        effect.reached_count as n_reached,
        cast(null as integer) as source_year,
        'Vragenlijst achteraf' as source,
        false as is_indicative,
        'Ingevulde lijsten met een antwoord dat meetelt, van projecten in het gebied. Uitgenodigd '
        || 'en bereikt zijn alleen bekend als zij van elk project bekend zijn.' as choice_nl
    from chain_years
    left join effect
        on
            chain_years.chain_code = effect.chain_code
            and chain_years.year_number = effect.year_number

),

effect_rows as (

    select
        chain_years.chain_code,
        chain_years.year_number,
        4 as stage_number,
        'effect' as stage_code,
        'afterwards' as design,
        'percentage' as unit,
        effect.positive_count as numerator,
        cast(effect.answer_count as decimal(18, 4)) as denominator,
        cast(
            100 * cast(effect.positive_count as double) / nullif(effect.answer_count, 0)
            as decimal(18, 4)
        ) as value,
        cast(null as decimal(18, 4)) as share,
        effect.answer_count as n_subjects,
        effect.invited_count as n_invited,
        effect.reached_count as n_reached,
        cast(null as integer) as source_year,
        'Vragenlijst achteraf' as source,
        false as is_indicative,
        'Positief van wie antwoordde, naar de rekenregel van de effect-KPI.' as choice_nl
    from chain_years
    left join effect
        on
            chain_years.chain_code = effect.chain_code
            and chain_years.year_number = effect.year_number

),

stages as (

    select * from need_rows
    union all
    select * from reach_rows
    union all
    select * from answer_rows
    union all
    select * from effect_rows

)

select
    stages.chain_code,
    chains.name_nl as chain_name_nl,
    chains.area_code,
    chains.service_code,
    stages.year_number,
    stages.stage_number,
    stages.stage_code,
    case stages.stage_code
        when 'opgave' then chains.need_kpi_id
        when 'bereik' then cast(null as {{ dbt.type_string() }})
        else chains.effect_kpi_id
    end as kpi_id,
    case stages.stage_code when 'opgave' then chains.need_age_band else chains.age_band end
        as age_band,
    stages.design,
    stages.numerator,
    stages.denominator,
    stages.value,
    stages.unit,
    stages.share,
    stages.n_subjects,
    stages.n_invited,
    stages.n_reached,
    cast(
        100 * cast(stages.n_subjects as double)
        / nullif(coalesce(stages.n_invited, stages.n_reached), 0)
        as decimal(18, 4)
    ) as response_rate,
    case
        when stages.unit = 'percentage'
            then {{ wilson('stages.numerator', 'stages.denominator', 'low') }}
    end as interval_low,
    case
        when stages.unit = 'percentage'
            then {{ wilson('stages.numerator', 'stages.denominator', 'high') }}
    end as interval_high,
    stages.source_year,
    stages.source,
    case when stages.value is null then 'niet beschikbaar' else 'getoond' end as status,
    stages.is_indicative,
    stages.choice_nl,
    'De keten legt geen oorzakelijk verband: ook andere factoren spelen mee (R25). Van bereikte '
    || 'mensen is niet bekend of zij de opgave hebben: bereik is geen percentage van de opgave.'
        as remark_nl
from stages
inner join chains on stages.chain_code = chains.chain_code
