with

spells as (

    select * from {{ ref('int_complexity_spells') }}

),

months as (

    select * from {{ ref('int_months') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

spell_months as (

    select
        spells.trajectory_id,
        months.month_start,
        spells.complexity_code,
        case
            when spells.valid_from >= months.month_start then spells.previous_complexity_code
        end as moved_from_code
    from spells
    cross join settings
    inner join months
        on
            spells.valid_from <= months.month_end
            and {{ end_or_never('spells.valid_until') }} > months.month_start
    where spells.valid_from <= settings.as_of

)

select
    trajectory_id,
    month_start,
    bool_or(complexity_code = 'laag') as was_low,
    bool_or(complexity_code = 'hoog') as was_high,
    coalesce(bool_or(moved_from_code = 'laag' and complexity_code = 'hoog'), false)
        as moved_low_to_high,
    coalesce(bool_or(moved_from_code = 'hoog' and complexity_code = 'laag'), false)
        as moved_high_to_low
from spell_months
group by trajectory_id, month_start
