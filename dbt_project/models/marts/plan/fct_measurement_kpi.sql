with

selected as (

    select * from {{ ref('int_selected_kpis') }}

)

select
    measurement_code,
    kpi_id,
    service_code,
    audience,
    desired_direction,
    target_value,
    target_on,
    case
        when desired_direction is not null and target_value is not null and target_on is not null
            then 'richting, richtwaarde en richtdatum ingevuld'
        else
            'nog in te vullen: '
            || case
                when desired_direction is null
                    then
                        'gewenste richting'
                        || case
                            when target_value is null or target_on is null then ', ' else ''
                        end
                else ''
            end
            || case
                when target_value is null
                    then
                        'richtwaarde (meetbaar)'
                        || case when target_on is null then ', ' else '' end
                else ''
            end
            || case when target_on is null then 'richtdatum (tijdgebonden)' else '' end
    end as smart_nl
from selected
