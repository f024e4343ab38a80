with

regions as (

    select * from {{ ref('int_regions') }}

),

placed as (

    select
        region_code,
        region_kind,
        region_name,
        wijk_code,
        municipality_code,
        division_year,
        case region_kind
            when 'land' then 1
            when 'gemeente' then 2
            when 'wijk' then 3
            when 'buurt' then 4
        end as level_number,
        case when region_kind <> 'land' then municipality_name end as municipality_name,
        case when region_kind in ('wijk', 'buurt') then wijk_name end as wijk_name,
        case when region_kind = 'buurt' then region_name end as buurt_name
    from regions

),

named as (

    select
        *,
        case region_kind
            when 'wijk'
                then region_name || coalesce(' (wijk in ' || municipality_name || ')', ' (wijk)')
            when 'buurt'
                then region_name || coalesce(' (buurt in ' || municipality_name || ')', ' (buurt)')
            else region_name
        end as label_nl
    from placed

),

counted as (

    select
        *,
        count(*) over (partition by label_nl) as same_label_count
    from named

)

select
    region_code,
    region_kind,
    region_name,
    wijk_code,
    municipality_code,
    division_year,
    level_number,
    case region_kind
        when 'buurt' then wijk_code
        when 'wijk' then municipality_code
        when 'gemeente' then 'NL00'
    end as parent_region_code,
    'Nederland' as country_name,
    municipality_name,
    wijk_name,
    buurt_name,
    case
        when label_nl is null then region_code
        when same_label_count > 1 then label_nl || ' ' || region_code
        else label_nl
    end as region_label_nl,
    cast(
        row_number() over (
            order by
                municipality_name asc nulls first,
                municipality_code asc nulls first,
                level_number asc nulls first,
                region_name asc nulls first,
                region_code asc
        ) as integer
    ) as sort_order
from counted
union all
select
    'onbekend' as region_code,
    'onbekend' as region_kind,
    'Onbekend' as region_name,
    cast(null as {{ dbt.type_string() }}) as wijk_code,
    cast(null as {{ dbt.type_string() }}) as municipality_code,
    cast(null as integer) as division_year,
    cast(null as integer) as level_number,
    cast(null as {{ dbt.type_string() }}) as parent_region_code,
    cast(null as {{ dbt.type_string() }}) as country_name,
    cast(null as {{ dbt.type_string() }}) as municipality_name,
    cast(null as {{ dbt.type_string() }}) as wijk_name,
    cast(null as {{ dbt.type_string() }}) as buurt_name,
    'Onbekend' as region_label_nl,
    0 as sort_order
