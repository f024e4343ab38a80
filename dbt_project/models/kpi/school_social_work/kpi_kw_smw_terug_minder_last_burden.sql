with

closures as (

    select * from {{ ref('int_school_social_work_closures') }}

),

lists as (

    select * from {{ ref('stg_survey__start_slot') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

start_lists as (

    select
        lists.client_id,
        lists.filled_on,
        lists.burden_score,
        lists.response_id
    from lists
    cross join settings
    where
        lists.moment_code = 'start'
        and lists.respondent_role = 'kind'
        and lists.burden_score is not null
        and lists.filled_on <= settings.as_of

),

returned as (

    select
        client_id,
        registered_on,
        closed_on,
        region_code,
        service_code,
        team_code,
        commissioner_code,
        age_band,
        returned_on,
        {{ end_or_never('return_closed_on') }} as return_closed_or_never_on
    from closures
    where returned_on is not null

),

first_burdens as (

    select
        returned.client_id,
        returned.closed_on,
        start_lists.burden_score
    from returned
    inner join start_lists
        on
            returned.client_id = start_lists.client_id
            and returned.registered_on <= start_lists.filled_on
            and returned.closed_on >= start_lists.filled_on
    qualify row_number() over (
        partition by returned.client_id, returned.closed_on
        order by start_lists.filled_on, start_lists.response_id
    ) = 1

),

return_burdens as (

    select
        returned.client_id,
        returned.closed_on,
        start_lists.burden_score
    from returned
    inner join start_lists
        on
            returned.client_id = start_lists.client_id
            and returned.returned_on <= start_lists.filled_on
            and returned.return_closed_or_never_on >= start_lists.filled_on
    qualify row_number() over (
        partition by returned.client_id, returned.closed_on
        order by start_lists.filled_on, start_lists.response_id
    ) = 1

),

burdens as (

    select
        first_burdens.client_id,
        first_burdens.closed_on,
        first_burdens.burden_score as first_burden,
        return_burdens.burden_score as return_burden
    from first_burdens
    inner join return_burdens
        on
            first_burdens.client_id = return_burdens.client_id
            and first_burdens.closed_on = return_burdens.closed_on

)

select
    returned.client_id as subject_key,
    returned.closed_on as observed_on,
    returned.region_code,
    returned.service_code,
    returned.team_code,
    {{ not_applicable() }} as project_code,
    returned.commissioner_code,
    returned.age_band,
    'kind' as respondent_role,
    {{ measure('case when burdens.return_burden < burdens.first_burden then 1 else 0 end') }}
        as numerator,
    {{ measure('case when burdens.client_id is null then 0 else 1 end') }} as denominator
from returned
left join burdens
    on
        returned.client_id = burdens.client_id
        and returned.closed_on = burdens.closed_on
