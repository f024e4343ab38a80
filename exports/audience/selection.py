"""Which rows of the published release an audience may see, and why it does not see the others.

Every query reads the release, attached as `intern`, and the parameters $code and $moment.
"""

from enum import StrEnum

# Why a figure stays behind, in the order in which a reason is looked for; '' goes out.
GOES_OUT = ""


class Reason(StrEnum):
    """Why a figure or story does not go out, as the person who releases reads it."""

    PROCESS = "proces-KPI (R07)"
    NOT_CHOSEN = "niet gekozen voor de opdrachtgever (R01)"
    HIDDEN = "afgeschermd"
    ABSENT = "geen cijfer"
    NOT_INTERPRETED = "geen geldende duiding (R09)"
    PROVISIONAL = "voorlopig"
    UNRELIABLE = "onbetrouwbaar"
    NO_CONSENT = "geen geldige toestemming op deze dag"
    OTHER_MEDIUM = "de toestemming is voor een ander medium"


class Audience(StrEnum):
    """For whom a release is; also the name of its folder."""

    COMMISSIONER = "opdrachtgever"
    RESIDENTS = "bewoners"


# In which medium a story may stand to be told to an audience.
MEDIA = {
    Audience.COMMISSIONER: ("opdrachtgever", "openbaar"),
    Audience.RESIDENTS: ("openbaar",),
}
NAMES = {
    Audience.COMMISSIONER: "select commissioner_name_nl from intern.dim_commissioner "
    "where commissioner_code = $code and commissioner_code <> 'onbekend'",
    Audience.RESIDENTS: "select project_title from intern.dim_project where project_code = $code",
}
OWN_PROJECTS = {
    Audience.COMMISSIONER: "select * from intern.dim_project where commissioner_code = $code",
    Audience.RESIDENTS: "select * from intern.dim_project where project_code = $code",
}
OWN_SERVICES = {
    Audience.COMMISSIONER: """
        select service_code from intern.kpi_value
        where breakdown = 'service_commissioner' and commissioner_code = $code
        union
        select service_code from own_projects
    """,
    Audience.RESIDENTS: "select service_code from own_projects",
}
# Published figures are shown of the municipalities where the projects are; else of all of them.
OWN_REGIONS = """
    select region.region_code
    from intern.dim_region as region
    where
        region.region_kind = 'gemeente'
        and (
            region.region_code in (
                select coalesce(area.municipality_code, area.region_code)
                from own_projects
                inner join intern.dim_region as area on own_projects.area_code = area.region_code
            )
            or not exists (
                select 1 from own_projects
                inner join intern.dim_region as area on own_projects.area_code = area.region_code
            )
        )
"""
# Per figure its service and area, as a duiding names them. Months are too fine for these readers.
FIGURES = {
    Audience.COMMISSIONER: """
        select kpi_value.*, service_code as own_service, null as own_area
        from intern.kpi_value
        where
            breakdown = 'service_commissioner' and commissioner_code = $code
            and period_type in ('year', 'quarter')
        union all by name
        select kpi_value.*, null as own_service, region_code as own_area
        from intern.kpi_value
        where
            design = 'open_data'
            and (
                breakdown in ('country', 'country_age_band')
                or breakdown in ('municipality', 'municipality_age_band')
                and region_code in (from own_regions)
            )
    """,
    Audience.RESIDENTS: """
        select kpi_value.*, own_projects.service_code as own_service,
            own_projects.area_code as own_area
        from intern.kpi_value
        inner join own_projects on kpi_value.project_code = own_projects.project_code
        where kpi_value.breakdown = 'project' and kpi_value.period_type = 'year'
    """,
}
# Whether the commissioner's selection of a service holds a KPI.
_IS_CHOSEN = """
    figure.is_selected
    and exists (
        select 1 from intern.measurement_kpi as chosen
        where
            chosen.kpi_id = figure.kpi_id
            and chosen.audience = 'opdrachtgever'
            and chosen.service_code = coalesce(figure.own_service, chosen.service_code)
            and chosen.service_code in (from own_services)
    )
"""
# A duiding of a measuring moment covers what had ended by then, in its area and what lies in it;
# published figures when its service chose their KPI.
COVERS = """
    coalesce(note.kpi_id, figure.kpi_id) = figure.kpi_id
    and (
        note.service_code is null
        or note.service_code = figure.own_service
        or figure.own_service is null
        and note.service_code in (from own_services)
        and (figure.kpi_id, note.service_code) in (
            select (kpi_id, service_code) from intern.measurement_kpi
        )
    )
    and (
        note.area_code is null
        or note.area_code in (figure.own_area, figure.own_wijk, figure.own_municipality)
    )
    and note.moment_on between figure.period_end and $moment
    and note.session_on >= figure.period_end
"""
JUDGED = f"""
    with placed as (
        select
            figure.*,
            dim_period.period_end,
            area.wijk_code as own_wijk,
            area.municipality_code as own_municipality
        from candidates as figure
        inner join intern.dim_period using (period_type, period_start)
        left join intern.dim_region as area on figure.own_area = area.region_code
        where dim_period.period_end <= $moment
    )
    select
        figure.*,
        case
            when dim_kpi.layer = 'activity' then '{Reason.PROCESS}'
            when not ({_IS_CHOSEN}) then '{Reason.NOT_CHOSEN}'
            when figure.status = 'afgeschermd' then '{Reason.HIDDEN}'
            when figure.status <> 'getoond' then '{Reason.ABSENT}'
            when figure.is_provisional then '{Reason.PROVISIONAL}'
            when figure.reliability = 'onbetrouwbaar' then '{Reason.UNRELIABLE}'
            when
                not figure.is_for_commissioner
                or not exists (select 1 from intern.interpretation as note where {COVERS})
                then '{Reason.NOT_INTERPRETED}'
            else '{GOES_OUT}'
        end as reason
    from placed as figure
    inner join intern.dim_kpi on figure.kpi_id = dim_kpi.kpi_id
"""
# What goes out beside the figures (`kept`): only what they need to be read.
BESIDE = {
    "run": "select * from intern.run",
    "dim_kpi": "select * from intern.dim_kpi where kpi_id in (select kpi_id from kept)",
    "measurement_kpi": """
        select * from intern.measurement_kpi
        where
            audience = 'opdrachtgever' and kpi_id in (select kpi_id from kept)
            and service_code in (from own_services)
    """,
    # How many figures of the whole organisation a duiding is about is no business of others.
    "interpretation": f"""
        select note.* replace (0 as figure_count, 0 as changed_count)
        from intern.interpretation as note
        where exists (select 1 from kept as figure where {COVERS})
    """,
    "dim_service": "select * from intern.dim_service where service_code in (from own_services)",
    "dim_project": "from own_projects",
    "dim_region": """
        select * from intern.dim_region
        where
            region_code in (select region_code from kept)
            or region_code in (select area_code from own_projects)
    """,
    "dim_period": """
        select * from intern.dim_period
        where (period_type, period_start) in (select (period_type, period_start) from kept)
    """,
    "dim_check": """
        select * from intern.dim_check
        where check_id in (select unnest(string_split(reasons, ', ')) from kept)
    """,
    "dim_breakdown": """
        select * from intern.dim_breakdown where breakdown in (select breakdown from kept)
    """,
    "dim_design": "select * from intern.dim_design where design in (select design from kept)",
    "dim_reliability": "from intern.dim_reliability",
    "open_data_table": """
        select * from intern.open_data_table
        where is_newest and table_id in (select source_table from kept)
    """,
}
BESIDE_OF = {
    Audience.COMMISSIONER: {
        "dim_commissioner": "from intern.dim_commissioner where commissioner_code = $code"
    },
    Audience.RESIDENTS: {
        # A question goes with the KPI that it is asked for, under the same conditions.
        "question_value": """
            select answer.*
            from intern.question_value as answer
            inner join intern.dim_question using (question_id)
            where
                answer.breakdown = 'project'
                and answer.project_code = $code
                and answer.status = 'getoond'
                and answer.is_selected
                and not answer.is_provisional
                and answer.reliability <> 'onbetrouwbaar'
                and exists (
                    select 1 from kept
                    where
                        list_contains(string_split(dim_question.kpi_ids, ', '), kept.kpi_id)
                        and kept.design = answer.design
                        and kept.period_type = answer.period_type
                        and kept.period_start = answer.period_start
                )
        """,
        "dim_question": """
            select * from intern.dim_question
            where
                exists (
                    select 1 from kept
                    where list_contains(string_split(kpi_ids, ', '), kept.kpi_id)
                )
        """,
        "action": """
            select * from intern.action
            where
                service_code in (from own_services)
                and team_code is null
                and coalesce(kpi_id in (select kpi_id from kept), true)
                and moment_on in (
                    select note.moment_on from intern.interpretation as note
                    where exists (select 1 from kept as figure where """
        + COVERS
        + """)
                )
        """,
    },
}
# A story without a project can be of anybody with that service: who releases is told so.
STORIES = """
    select story.*
    from intern.story
    where
        story.project_code in (select project_code from own_projects)
        or ($is_by_service and story.project_code is null
            and story.service_code in (from own_services))
    order by told_on desc, story_id
"""
