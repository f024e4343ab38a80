with

lines as (

    select * from {{ ref('stg_meetplan__impact_card_items') }}

),

items as (

    select * from {{ ref('fct_impact_card_item') }}

),

reference as (

    select * from {{ ref('reference_figures') }}
    where figure_id = 'SEOR-1'

),

reach as (

    select
        project_code,
        phase_code,
        sum(case when kind_code = 'bereik' then quantity end) as reached_count
    from lines
    group by project_code, phase_code

),

totals as (

    select
        project_code,
        phase_code,
        sum(case when kind_code = 'kosten' then amount_eur end) as costs_eur,
        sum(case when kind_code = 'baat' then amount_eur end) as benefits_eur,
        sum(hours_saved) as hours_saved,
        count(*) filter (where is_indicative) as without_source,
        count(*) filter (where kind_code in ('kosten', 'baat') and amount_eur is null)
            as without_amount
    from items
    group by project_code, phase_code

),

joined as (

    select
        reach.project_code,
        reach.phase_code,
        totals.costs_eur,
        totals.benefits_eur,
        totals.hours_saved,
        coalesce(totals.without_source, 0) as without_source,
        coalesce(totals.without_amount, 0) as without_amount,
        reach.reached_count
    from reach
    left join totals
        on
            reach.project_code = totals.project_code
            and reach.phase_code = totals.phase_code

)

select
    joined.project_code,
    joined.phase_code,
    cast(joined.costs_eur as decimal(18, 4)) as costs_eur,
    cast(joined.benefits_eur as decimal(18, 4)) as benefits_eur,
    cast(
        case
            when joined.costs_eur > 0 then cast(joined.benefits_eur as double) / joined.costs_eur
        end
        as decimal(18, 4)
    ) as return_factor,
    cast(joined.hours_saved as decimal(18, 4)) as hours_saved,
    cast(joined.without_source as integer) as lines_without_source,
    cast(joined.without_amount as integer) as lines_without_amount,
    joined.without_source + joined.without_amount > 0 as is_indicative,
    case
        when joined.without_source + joined.without_amount > 0
            then
                'Indicatief. Regels met een getal zonder bron: '
                || cast(joined.without_source as {{ dbt.type_string() }})
                || '; kosten of baten zonder bedrag: '
                || cast(joined.without_amount as {{ dbt.type_string() }}) || '.'
    end as indicative_nl,
    'Ter vergelijking, geen uitkomst van dit project: ' || reference.published_nl || '. '
    || reference.remark_nl || ' (' || reference.source || ')' as reference_nl,
    'registration' as design,
    'count' as unit,
    cast(joined.reached_count as decimal(18, 4)) as numerator,
    cast(null as decimal(18, 4)) as denominator,
    cast(joined.reached_count as decimal(18, 4)) as value,
    cast(joined.reached_count as bigint) as n_subjects,
    cast(null as decimal(18, 4)) as interval_low,
    cast(null as decimal(18, 4)) as interval_high,
    case when joined.reached_count is null then 'niet beschikbaar' else 'getoond' end as status
from joined
cross join reference
