with

items as (

    select * from {{ ref('stg_meetplan__impact_card_items') }}

)

select
    project_code,
    phase_code,
    cast(
        row_number() over (
            partition by project_code, phase_code order by length(record_ref), record_ref
        ) as integer
    ) as line_number,
    kind_code,
    party_nl,
    sector_code,
    description_nl,
    cast(
        case
            when kind_code in ('kosten', 'baat')
                then coalesce(amount_eur, quantity * coefficient_eur)
        end
        as decimal(18, 4)
    ) as amount_eur,
    cast(case when kind_code = 'uren bespaard' then quantity end as decimal(18, 4)) as hours_saved,
    nullif(trim(source_nl), '') as source_nl,
    coalesce(amount_eur, quantity, coefficient_eur) is not null
    and nullif(trim(source_nl), '') is null as is_indicative
from items
-- How many people were reached is in impact_card, protected.
where kind_code <> 'bereik'
