with

sources as (

    select * from {{ ref('stg_run__sources') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

-- A source without a date of its own was taken in tonight; one that fills more tables is as far as
-- the newest.
select
    sources.source_id,
    max(least(coalesce(sources.data_as_of, settings.as_of), settings.as_of)) as delivered_until
from sources
cross join settings
group by sources.source_id
