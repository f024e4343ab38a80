with

stories as (

    select * from {{ ref('stg_meetplan__stories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- exports/stories.py holds the same rule: it removes stories from releases that are kept.
judged as (

    select
        stories.*,
        coalesce(
            stories.consent_on <= settings.as_of
            and coalesce(stories.consent_until, settings.as_of) >= settings.as_of
            and (
                stories.consent_withdrawn_on is null
                or stories.consent_withdrawn_on > settings.as_of
            )
            and trim(stories.consent_purpose_nl) <> ''
            and trim(stories.consent_medium) <> '',
            false
        ) as has_consent
    from stories
    cross join settings
    where stories.told_on <= settings.as_of

),

-- A number that was typed twice is one story, shown when every row of it has consent.
ranked as (

    select
        *,
        row_number() over (partition by story_id order by length(record_ref), record_ref)
            as occurrence,
        min(case when has_consent then 1 else 0 end) over (partition by story_id)
            as every_row_has_consent
    from judged

)

select
    story_id,
    service_code,
    area_code,
    project_code,
    kpi_id,
    told_on,
    narrator_role,
    change_domain_nl,
    title_nl,
    story_nl,
    importance_nl,
    unexpected_nl,
    track_code,
    cos_part,
    consent_on,
    consent_purpose_nl,
    consent_medium,
    consent_until
from ranked
where occurrence = 1 and every_row_has_consent = 1
