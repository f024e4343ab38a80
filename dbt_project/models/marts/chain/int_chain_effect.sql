with

chains as (

    select * from {{ ref('int_chains') }}

),

chain_regions as (

    select * from {{ ref('int_chain_regions') }}

),

observations as (

    select * from {{ ref('int_effect_observations') }}
    where
        measure_kind = 'kpi'
        and design = 'afterwards'
        and denominator > 0

),

projects_asked as (

    select * from {{ ref('int_response_placed') }}
    where measure_kind = 'kpi' and design = 'afterwards'

),

-- R19: the question about age is optional, so an answer without age stays in.
answers as (

    select
        chains.chain_code,
        {{ year_of('observations.observed_on') }} as year_number,
        observations.measure_id,
        observations.project_code,
        observations.numerator,
        coalesce(
            chains.age_band is not null
            and observations.age_band not in (chains.age_band, 'onbekend'),
            false
        ) as is_of_another_age
    from observations
    inner join chain_regions on observations.region_code = chain_regions.region_code
    inner join chains
        on
            chain_regions.chain_code = chains.chain_code
            and observations.measure_id = chains.effect_kpi_id
    where chains.service_code is null or observations.service_code = chains.service_code

),

per_project as (

    select
        chain_code,
        year_number,
        measure_id,
        project_code,
        sum(case when is_of_another_age then 0 else 1 end) as answer_count,
        sum(case when is_of_another_age then 0 else numerator end) as positive_count,
        sum(case when is_of_another_age then 1 else 0 end) as other_age_count
    from answers
    group by chain_code, year_number, measure_id, project_code

),

response as (

    select
        measure_id,
        project_code,
        {{ year_of('year_start') }} as year_number,
        max(invited_count) as invited_count,
        max(reached_count) as reached_count,
        max(runs_outside_year) as runs_outside_year
    from projects_asked
    group by measure_id, project_code, {{ year_of('year_start') }}

),

-- Who was invited or reached is counted per project: it is known only for whole projects.
joined as (

    select
        per_project.chain_code,
        per_project.year_number,
        per_project.answer_count,
        per_project.positive_count,
        case
            when response.runs_outside_year = 0 and per_project.other_age_count = 0
                then response.invited_count
        end as invited_count,
        case
            when response.runs_outside_year = 0 and per_project.other_age_count = 0
                then response.reached_count
        end as reached_count
    from per_project
    left join response
        on
            per_project.measure_id = response.measure_id
            and per_project.project_code = response.project_code
            and per_project.year_number = response.year_number

),

summed as (

    select
        chain_code,
        year_number,
        cast(sum(answer_count) as bigint) as answer_count,
        cast(sum(positive_count) as decimal(18, 4)) as positive_count,
        case when count(*) = count(invited_count) then cast(sum(invited_count) as bigint) end
            as invited_count,
        case when count(*) = count(reached_count) then cast(sum(reached_count) as bigint) end
            as reached_count
    from joined
    group by chain_code, year_number

)

-- More answers than people invited or reached means that the count of those people is wrong.
select
    chain_code,
    year_number,
    answer_count,
    positive_count,
    case when invited_count >= answer_count then invited_count end as invited_count,
    case when reached_count >= answer_count then reached_count end as reached_count
from summed
where answer_count > 0
