with

codes as (

    select * from {{ ref('stg_organisation__codes') }}

),

bounded as (

    select
        list_name,
        code,
        coalesce(valid_from, cast('1900-01-01' as date)) as valid_from,
        {{ end_or_never('valid_until') }} as valid_until
    from codes
    where
        list_name is not null
        and code is not null

),

-- A code may stand in the list of a source and in the meetplan: periods that meet become one.
with_former as (

    select
        list_name,
        code,
        valid_from,
        valid_until,
        max(valid_until) over (
            partition by list_name, code
            order by valid_from, valid_until
            rows between unbounded preceding and 1 preceding
        ) as valid_until_before
    from bounded
    where valid_from <= valid_until

),

numbered as (

    select
        list_name,
        code,
        valid_from,
        valid_until,
        sum(
            case
                when valid_from <= {{ dbt.dateadd('day', 1, 'valid_until_before') }} then 0
                else 1
            end
        ) over (
            partition by list_name, code
            order by valid_from, valid_until
            rows between unbounded preceding and current row
        ) as period_number
    from with_former

)

select
    list_name,
    code,
    min(valid_from) as valid_from,
    max(valid_until) as valid_until
from numbered
group by list_name, code, period_number
