with

figures as (

    select * from {{ ref('reference_figures') }}

)

select
    figure_id,
    organisation,
    subject_nl,
    name_nl,
    respondent_group,
    value,
    unit,
    published_nl,
    remark_nl,
    source
from figures
