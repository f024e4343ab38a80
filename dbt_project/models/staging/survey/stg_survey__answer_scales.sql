with

source as (

    select * from {{ source('survey', 'answer_scales') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    scale_id,
    answer_code,
    label_nl,
    sort_order,
    is_counting,
    is_positive
from source
where reject_reason is null
