{#- A dimension of the fixed codes of one list: their Dutch names, in the order to show them. -#}
{% macro labels_of_codes(list_name, code_column) -%}
with

labels as (

    select * from {{ ref('code_labels') }}
    where list_name = '{{ list_name }}'

)

select
    code as {{ code_column }},
    label_nl as {{ code_column }}_nl,
    sort_order,
    explanation_nl
from labels
{%- endmacro %}
