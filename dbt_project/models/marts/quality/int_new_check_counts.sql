{{ config(materialized='view') }}

with

counts as (

    select * from {{ ref('int_check_counts') }}

),

remembered as (

    select * from {{ ref('stg_run__check_counts') }}

),

last_days as (

    select
        check_id,
        source_id,
        team_code,
        max(counted_on) as counted_on
    from remembered
    group by check_id, source_id, team_code

),

last_counts as (

    select
        remembered.check_id,
        remembered.source_id,
        remembered.team_code,
        remembered.counted_on,
        max(remembered.n_hit) as n_hit
    from remembered
    inner join last_days
        on
            remembered.check_id = last_days.check_id
            and remembered.source_id = last_days.source_id
            and remembered.team_code = last_days.team_code
            and remembered.counted_on = last_days.counted_on
    group by
        remembered.check_id,
        remembered.source_id,
        remembered.team_code,
        remembered.counted_on

)

-- A count holds until it changes; so frozen/ stays small.
select
    counts.check_id,
    counts.source_id,
    counts.team_code,
    counts.counted_on,
    counts.n_applicable,
    counts.n_hit
from counts
left join last_counts
    on
        counts.check_id = last_counts.check_id
        and counts.source_id = last_counts.source_id
        and counts.team_code = last_counts.team_code
where
    (last_counts.check_id is null and counts.n_hit > 0)
    or (counts.n_hit <> last_counts.n_hit and counts.counted_on > last_counts.counted_on)
