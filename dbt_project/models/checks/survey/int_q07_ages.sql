{%- set compared = {
    'total': [],
    'service': ['service_code'],
    'team': ['team_code'],
    'service_team': ['service_code', 'team_code'],
} -%}
{#- Each of these once for every team, and once for all of them together: '*'. -#}
{%- set teams = ["'*'", 'team_code'] -%}
with

observations as (

    select * from {{ ref('int_measure_observations') }}
    where
        measure_kind = 'kpi'
        and design = 'afterwards'
        and denominator > 0
        and age_band <> 'onbekend'
        and is_counted_in_year

),

trajectories as (

    select * from {{ ref('int_trajectories') }}
    where birth_year is not null

),

attendances as (

    select * from {{ ref('int_attendances') }}
    where
        birth_year is not null
        and client_id is not null

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}
    where check_id = 'Q07'

),

years as (

    select year_start
    from observations
    group by year_start

),

-- Whom a service helped in a year: in a trajectory or in a group.
helped as (

    select
        years.year_start,
        trajectories.service_code,
        trajectories.team_code,
        trajectories.client_id,
        trajectories.birth_year
    from trajectories
    inner join years
        on
            trajectories.started_on <= {{ period_end('year', 'years.year_start') }}
            and {{ end_or_never('trajectories.ended_on') }} >= years.year_start
    union all
    select
        cast({{ dbt.date_trunc('year', 'attended_on') }} as date) as year_start,
        service_code,
        team_code,
        client_id,
        birth_year
    from attendances

),

clients as (

    {% for team_code in teams %}
    select
        year_start,
        service_code,
        {{ team_code }} as team_code,
        {{ age_band('birth_year', 'year_start') }} as age_band,
        count(distinct client_id) as client_count
    from helped
    group by
        year_start,
        service_code,
        {{ team_code ~ ',' if not loop.first }}
        {{ age_band('birth_year', 'year_start') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

respondents as (

    {% for team_code in teams %}
    select
        measure_id,
        year_start,
        service_code,
        {{ team_code }} as team_code,
        age_band,
        count(*) as respondent_count
    from observations
    group by
        measure_id,
        year_start,
        service_code,
        {{ team_code ~ ',' if not loop.first }}
        age_band
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

clients_of_service as (

    select
        year_start,
        service_code,
        team_code,
        sum(client_count) as client_count
    from clients
    group by year_start, service_code, team_code

),

respondents_of_service as (

    select
        measure_id,
        year_start,
        service_code,
        team_code,
        sum(respondent_count) as respondent_count
    from respondents
    group by measure_id, year_start, service_code, team_code

),

-- Services that helped too few people to know how old they usually are, say nothing.
services as (

    select
        respondents_of_service.measure_id,
        respondents_of_service.year_start,
        respondents_of_service.service_code,
        respondents_of_service.team_code,
        respondents_of_service.respondent_count,
        clients_of_service.client_count
    from respondents_of_service
    inner join clients_of_service
        on
            respondents_of_service.year_start = clients_of_service.year_start
            and respondents_of_service.service_code = clients_of_service.service_code
            and respondents_of_service.team_code = clients_of_service.team_code
    inner join catalogue on clients_of_service.client_count >= catalogue.floor_count

),

-- How many of an age answered, and how many would have if those who answered were as old as the
-- clients of their service: a service that answered more is not another age.
stacked as (

    select
        services.measure_id,
        services.year_start,
        services.service_code,
        services.team_code,
        respondents.age_band,
        cast(respondents.respondent_count as double) as found,
        cast(0 as double) as expected
    from services
    inner join respondents
        on
            services.measure_id = respondents.measure_id
            and services.year_start = respondents.year_start
            and services.service_code = respondents.service_code
            and services.team_code = respondents.team_code
    union all
    select
        services.measure_id,
        services.year_start,
        services.service_code,
        services.team_code,
        clients.age_band,
        cast(0 as double) as found,
        cast(services.respondent_count as double) * clients.client_count / services.client_count
            as expected
    from services
    inner join clients
        on
            services.year_start = clients.year_start
            and services.service_code = clients.service_code
            and services.team_code = clients.team_code

),

ages as (

    {% for breakdown, keys in compared.items() %}
    select
        measure_id,
        year_start,
        '{{ breakdown }}' as breakdown,
        {{ (keys or ["''"]) | join(" || '|' || ") }} as slice_key,
        age_band,
        sum(found) as found,
        sum(expected) as expected
    from stacked
    where team_code {{ '<>' if 'team_code' in keys else '=' }} '*'
    group by {{ (['measure_id', 'year_start', 'age_band'] + keys) | join(', ') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    measure_id as kpi_id,
    'afterwards' as design,
    'year' as period_type,
    year_start as period_start,
    breakdown,
    slice_key,
    cast(sum(found) as bigint) as n_applicable,
    cast(max(abs(found - expected)) / sum(found) as decimal(18, 6)) as measure
from ages
group by measure_id, year_start, breakdown, slice_key
