with

sources as (

    select * from {{ ref('stg_run__sources') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

-- A source without a date of its own was taken in tonight.
select
    sources.source_id,
    least(coalesce(sources.data_as_of, settings.as_of), settings.as_of) as delivered_until
from sources
cross join settings
