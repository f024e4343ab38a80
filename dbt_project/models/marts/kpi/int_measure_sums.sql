with

-- Apart, since six of the eight sums are of answers alone: they would cost most of the memory.
registered as (

    {{ summed_by_breakdown(
        relation=ref('int_measure_observations'),
        where='asked is null',
        id_columns=['measure_kind', 'measure_id', 'design'],
        measures={'numerator': 'numerator', 'denominator': 'denominator'},
        largest=['numerator', 'denominator'],
    ) | indent }}

),

answered as (

    {{ summed_by_breakdown(
        relation=ref('int_measure_observations'),
        where='asked is not null',
        id_columns=['measure_kind', 'measure_id', 'design'],
        measures={
            'numerator': 'numerator',
            'denominator': 'denominator',
            'numerator_all': 'numerator_all',
            'numerator_any': 'numerator_any',
            'rule_denominator': 'rule_denominator',
            'numerator_low': 'numerator_low',
            'numerator_high': 'numerator_high',
            'asked': 'asked',
        },
        largest=['numerator', 'denominator'],
    ) | indent }}

)

{% for relation in ['registered', 'answered'] %}
select
    measure_kind,
    measure_id,
    design,
    period_type,
    period_start,
    breakdown,
    {%- for column in slice_columns() + ['slice_key'] %}
    {{ column }},
    {%- endfor %}
    numerator,
    denominator,
    {%- for column in [
        'numerator_all', 'numerator_any', 'rule_denominator', 'numerator_low', 'numerator_high',
        'asked',
    ] %}
    {{ column if relation == 'answered' else 'cast(null as decimal(28, 4))' }} as {{ column }},
    {%- endfor %}
    largest_numerator,
    largest_denominator,
    subject_count
from {{ relation }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
