with

source as (

    select * from {{ source('run', 'contract_columns') }}

)

select
    source_id,
    source_name,
    table_name,
    column_name,
    is_required,
    is_question,
    question_text,
    name_at_source
from source
