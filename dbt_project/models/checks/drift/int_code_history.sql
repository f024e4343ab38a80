with

months as (

    select * from {{ ref('int_codes_by_month') }}

),

-- The usual share is a median: one wrong month does not make the next one look wrong.
usual as (

    select
        months.source_name,
        months.table_name,
        months.column_name,
        months.team_code,
        months.chosen_for,
        months.code,
        months.month_number,
        sum(earlier.row_count) as row_count_before,
        sum(earlier.total_count) as total_count_before,
        {{ median_of('cast(earlier.row_count as double) / earlier.total_count') }} as usual_share
    from months
    inner join months as earlier
        on
            months.source_name = earlier.source_name
            and months.table_name = earlier.table_name
            and months.column_name = earlier.column_name
            and months.team_code = earlier.team_code
            and months.chosen_for = earlier.chosen_for
            and months.code = earlier.code
            and earlier.month_number between months.month_number - 12 and months.month_number - 1
    group by
        months.source_name,
        months.table_name,
        months.column_name,
        months.team_code,
        months.chosen_for,
        months.code,
        months.month_number

),

shares as (

    select
        months.*,
        cast(months.row_count as double) / months.total_count as share,
        usual.row_count_before,
        usual.total_count_before,
        usual.usual_share
    from months
    left join usual
        on
            months.source_name = usual.source_name
            and months.table_name = usual.table_name
            and months.column_name = usual.column_name
            and months.team_code = usual.team_code
            and months.chosen_for = usual.chosen_for
            and months.code = usual.code
            and months.month_number = usual.month_number

),

-- A month in which a code moved by ten points, vanished or turned up is no baseline for later ones.
judged as (

    select
        *,
        max(
            case
                when
                    {{ has_vanished(
                        'row_count', 'total_count', 'usual_share', 'total_count_before'
                    ) }}
                    or {{ has_turned_up(
                        'row_count', 'total_count', 'row_count_before', 'total_count_before'
                    ) }}
                    or (
                        total_count >= 30
                        and total_count_before >= 30
                        and abs(share - usual_share) > 0.1
                        and {{ beyond_chance(
                            'share', 'total_count', 'usual_share', 'total_count_before'
                        ) }}
                    )
                    then 1
                else 0
            end
        ) over (
            partition by source_name, table_name, column_name, team_code, month_start
        ) as is_incident
    from shares

),

clean as (

    select
        *,
        case when is_incident = 1 then 0 else row_count end as clean_count,
        case when is_incident = 1 then 0 else total_count end as clean_total
    from judged

)

select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    chosen_for,
    month_start,
    code,
    row_count,
    total_count,
    is_incident = 1 as is_incident,
    {% for window, name in [('twelve_before', 'before'), ('year_ago', 'year_ago')] %}
    {% for count, counted in [('clean_count', 'row_count'), ('clean_total', 'total_count')] %}
    cast(coalesce(sum({{ count }}) over {{ window }}, 0) as bigint) as {{ counted }}_{{ name }},
    {% endfor %}
    {% endfor %}
    cast(coalesce(sum(row_count) over year_ago, 0) as bigint) as all_row_count_year_ago,
    cast(coalesce(sum(total_count) over year_ago, 0) as bigint) as all_total_count_year_ago
from clean
window
    twelve_before as (
        partition by source_name, table_name, column_name, team_code, chosen_for, code
        order by month_number
        range between 12 preceding and 1 preceding
    ),
    year_ago as (
        partition by source_name, table_name, column_name, team_code, chosen_for, code
        order by month_number
        range between 12 preceding and 12 preceding
    )
