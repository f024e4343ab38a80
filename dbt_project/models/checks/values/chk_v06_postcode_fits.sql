with

clients as (

    select * from {{ ref('int_client_regions') }}
    where postcode4 is not null

),

postcode_municipalities as (

    select * from {{ ref('int_postcode_municipalities') }}

),

known_postcodes as (

    select postcode4
    from postcode_municipalities
    group by postcode4

),

-- What is no postcode gives no buurt, so that is the column that lacks something.
shapes as (

    select
        'buurt_code' as column_name,
        record_ref,
        source_id,
        coalesce(registered_on, recorded_on) as occurred_on,
        client_id,
        length(postcode4) <> 4
        or substring(postcode4, 1, 1) not between '1' and '9'
        or substring(postcode4, 2, 1) not between '0' and '9'
        or substring(postcode4, 3, 1) not between '0' and '9'
        or substring(postcode4, 4, 1) not between '0' and '9' as is_hit
    from clients

),

-- With a buurt V05 judges the municipality.
places as (

    select
        'municipality_code' as column_name,
        clients.record_ref,
        clients.source_id,
        coalesce(clients.registered_on, clients.recorded_on) as occurred_on,
        clients.client_id,
        postcode_municipalities.municipality_code is null as is_hit
    from clients
    inner join known_postcodes on clients.postcode4 = known_postcodes.postcode4
    left join postcode_municipalities
        on
            clients.postcode4 = postcode_municipalities.postcode4
            and clients.municipality_code = postcode_municipalities.municipality_code
    where
        clients.municipality_code is not null
        and not clients.has_buurt

)

{% for relation in ['shapes', 'places'] %}
select
    'ecd' as source_name,
    'clients' as table_name,
    column_name,
    record_ref,
    source_id,
    {{ not_applicable() }} as team_code,
    {{ not_applicable() }} as service_code,
    occurred_on,
    client_id,
    {{ not_applicable() }} as trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    is_hit
from {{ relation }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
