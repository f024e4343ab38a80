with

settings as (

    select * from {{ ref('stg_run__settings') }}

),

-- The setting of one service is called 'service:<limit>:<service>'.
limits as (

    select
        {{ dbt.split_part('name', "':'", 2) }} as limit_name,
        {{ dbt.split_part('name', "':'", 3) }} as service_code,
        cast(value as integer) as value
    from settings
    where name like 'service:%'

)

select
    service_code,
    max(case when limit_name = 'youngest' then value end) as youngest,
    max(case when limit_name = 'oldest' then value end) as oldest,
    max(case when limit_name = 'days_without_contact' then value end) as days_without_contact,
    max(case when limit_name = 'longest_days' then value end) as longest_days
from limits
group by service_code
