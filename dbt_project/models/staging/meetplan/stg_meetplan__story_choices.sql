with

source as (

    select * from {{ source('meetplan', 'story_choices') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    round_code,
    story_id,
    level_nl,
    decided_on,
    is_chosen,
    decided_by,
    reason_nl
from source
where reject_reason is null
