with

choices as (

    select * from {{ ref('stg_meetplan__story_choices') }}

),

stories as (

    select * from {{ ref('fct_story') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    choices.round_code,
    choices.level_nl,
    choices.story_id,
    choices.decided_on,
    choices.is_chosen,
    choices.decided_by,
    choices.reason_nl
from choices
inner join stories on choices.story_id = stories.story_id
cross join settings
where choices.decided_on <= settings.as_of
-- A choice that was typed twice is the one of the first row.
qualify row_number() over (
    partition by choices.round_code, choices.level_nl, choices.story_id
    order by length(choices.record_ref), choices.record_ref
) = 1
