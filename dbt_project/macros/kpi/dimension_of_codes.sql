{#- A dimension of the newest wording of every code of one code list, with a row for unknown. -#}
{% macro dimension_of_codes(list_name, code_column, name_column) -%}
with

codes as (

    select * from {{ ref('stg_organisation__codes') }}
    where list_name = '{{ list_name }}'

),

ranked as (

    select
        code,
        label_nl,
        row_number() over (
            partition by code
            order by valid_from desc nulls last, record_ref
        ) as newest
    from codes

)

select
    code as {{ code_column }},
    label_nl as {{ name_column }}
from ranked
where newest = 1
union all
select
    'onbekend' as {{ code_column }},
    'Onbekend' as {{ name_column }}
{%- endmacro %}
