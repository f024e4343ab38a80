{%- set coded_columns = [
    ('trajectories', 'service_code', 'werksoort', ['started_on', 'intake_on', 'ended_on']),
    ('trajectories', 'commissioner_code', 'opdrachtgever', ['started_on', 'intake_on', 'ended_on']),
    ('trajectories', 'complexity_code', 'complexiteit', ['started_on', 'intake_on', 'ended_on']),
    ('trajectories', 'end_reason_code', 'reden_einde', ['ended_on', 'started_on', 'intake_on']),
    ('complexity_history', 'complexity_code', 'complexiteit', ['valid_from']),
    ('help_requests', 'help_request_code', 'hulpvraag', ['requested_on']),
    ('support_forms', 'support_code', 'ondersteuningsvorm', ['provided_on']),
    ('referrals', 'party_code', 'verwijspartij', ['referred_on']),
    ('assessments', 'assessor_role', 'beoordelaar', ['assessed_on']),
] -%}
with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

codes as (

    select * from {{ ref('stg_organisation__codes') }}

),

-- What the organisation itself calls unknown, whatever its code.
unknown_codes as (

    select
        list_name,
        code
    from codes
    where
        lower(label_nl) like 'onbekend%'
        or lower(label_nl) like 'niet gevraagd%'
        or lower(label_nl) like 'niet bekend%'
    group by list_name, code

),

coded as (

    {% for table_name, column_name, list_name, dates in coded_columns %}
    select
        '{{ table_name }}' as table_name,
        '{{ column_name }}' as column_name,
        '{{ list_name }}' as list_name,
        record_ref,
        source_id,
        coalesce({{ dates | join(', ') }}, recorded_on) as occurred_on,
        trajectory_id,
        {{ column_name }} as code
    from {{ ref('stg_ecd__' ~ table_name) }}
    where {{ column_name }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    'ecd' as source_name,
    coded.table_name,
    coded.column_name,
    coded.record_ref,
    coded.source_id,
    trajectories.team_code,
    trajectories.service_code,
    coded.occurred_on,
    trajectories.client_id,
    coded.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    unknown_codes.code is not null
    or lower(coded.code) in ('onbekend', 'niet_gevraagd', 'niet gevraagd', 'niet_bekend') as is_hit
from coded
left join trajectories on coded.trajectory_id = trajectories.trajectory_id
left join unknown_codes
    on
        coded.list_name = unknown_codes.list_name
        and coded.code = unknown_codes.code
