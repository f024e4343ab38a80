with

placed as (

    select * from {{ ref('int_flagged_placed') }}
    where check_id = '*'

),

doubtful as (

    select * from {{ ref('int_doubtful_subjects') }}

),

-- What no figure counts is known by the registration: when and where it belongs nobody knows, once
-- it may belong elsewhere at all.
moving as (

    select
        measure_id,
        subject_key,
        {%- for move in moves() %}
        max(moves_{{ move }}) as moves_{{ move }},
        {%- endfor %}
        0 as left_out
    from doubtful
    where moving = 1
    group by measure_id, subject_key
    union all
    select
        measure_id,
        hit_key as subject_key,
        {%- for move in moves() %}
        max({{ 'moving' if move == 'period' else 'moves_' ~ move }}) as moves_{{ move }},
        {%- endfor %}
        1 as left_out
    from doubtful
    where moving = 1
    group by measure_id, hit_key

)

select
    placed.measure_id,
    placed.design,
    -- What is left out has no known age, commissioner, project or role.
    {{ moves_text('moving', 'placed.left_out') }} as moves,
    placed.subject_key,
    placed.municipality_code,
    placed.wijk_code,
    placed.service_code,
    placed.team_code,
    placed.project_code,
    placed.commissioner_code,
    placed.age_band,
    placed.respondent_role,
    placed.cultural_background,
    placed.numerator,
    placed.denominator,
    placed.left_out,
    placed.per_subject,
    -- What belongs to another age counts in the total here.
    false as per_age_band_only,
    placed.year_start,
    placed.is_counted_in_year,
    placed.quarter_start,
    placed.is_counted_in_quarter,
    placed.month_start,
    placed.is_counted_in_month,
    cast('2000-01-01' as date) as all_start,
    true as is_counted_in_all
from placed
left join moving
    on
        placed.measure_id = moving.measure_id
        and placed.subject_key = moving.subject_key
        and placed.left_out = moving.left_out
where
    moving.subject_key is not null
    or placed.left_out = 1
