{#- How often a code may change before its successor is called unknown. -#}
{%- set most_changes = 6 -%}
with

changes as (

    select * from {{ ref('stg_organisation__region_changes') }}
    where from_code <> to_code and from_year < to_year

),

listed as (

    select * from {{ ref('int_newest_regions') }}

),

newest as (

    select max(division_year) as division_year
    from listed

),

-- What changed after the newest division that is at hand cannot be shown yet.
known as (

    select
        changes.from_code,
        changes.from_year,
        changes.to_code,
        changes.to_year,
        max(changes.kind) as kind,
        min(changes.kind) as other_kind
    from changes
    inner join newest on changes.to_year <= newest.division_year
    group by changes.from_code, changes.from_year, changes.to_code, changes.to_year

),

counted as (

    select
        from_code,
        from_year,
        to_code,
        to_year,
        kind in ('hernummering', 'samenvoeging') and kind = other_kind as goes_over_whole,
        kind = 'hernummering'
        and kind = other_kind
        and count(*) over (partition by to_code, to_year) = 1 as is_renamed
    from known

),

change_0 as (

    select
        from_code as region_code,
        from_year as last_year,
        max(to_year) as successor_year,
        case when count(*) = 1 and bool_and(goes_over_whole) then max(to_code) end
            as successor_code,
        count(*) = 1 and bool_and(is_renamed) as is_same_area
    from counted
    group by from_code, from_year

),

{% for number in range(1, most_changes) %}
change_{{ number }} as (

    select
        former.region_code,
        former.last_year,
        coalesce(later.successor_year, former.successor_year) as successor_year,
        case when later.region_code is null then former.successor_code else later.successor_code end
            as successor_code,
        former.is_same_area and coalesce(later.is_same_area, true) as is_same_area
    from change_{{ number - 1 }} as former
    left join change_0 as later
        on
            former.successor_code = later.region_code
            and former.successor_year <= later.last_year
    -- A code may be used again for another area: the first change after it came into use.
    qualify row_number() over (
        partition by former.region_code, former.last_year order by later.last_year
    ) = 1

),

{% endfor %}
placed as (

    select
        region_code,
        last_year,
        successor_code,
        is_same_area,
        lag(last_year) over (partition by region_code order by last_year) as former_last_year,
        lead(last_year) over (partition by region_code order by last_year) as next_last_year
    from change_{{ most_changes - 1 }}

)

select
    placed.region_code,
    coalesce(placed.former_last_year, 0) + 1 as first_year,
    placed.last_year,
    placed.next_last_year is null as is_last,
    listed.region_code as successor_code,
    placed.is_same_area and listed.region_code is not null as is_same_area
from placed
left join listed on placed.successor_code = listed.region_code
