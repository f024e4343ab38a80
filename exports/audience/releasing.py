"""Writes what a person released: a page that is read, and for an opdrachtgever its figures."""

import shutil
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import quote

import duckdb

from exports.audience.frozen import Frozen, Kept
from exports.audience.proposal import Proposal
from exports.audience.selection import Audience
from exports.files import READ_ONLY, files, in_memory, sync
from exports.pages import Row, fetch_rows, template
from exports.release import ReleaseError
from exports.spreadsheets import Sheet, write_workbook
from exports.tables import published_tables
from ingest.dutch import day as in_words
from ingest.home import Home

COMMISSIONER_PAGE, RESIDENTS_PAGE = "rapport.html", "bewoners.html"
WORKBOOK = "cijfers.xlsx"
_FIGURE_COLUMNS = (
    "kpi_id", "design", "period_type", "period_start", "breakdown", "region_code", "service_code",
    "commissioner_code", "age_band", "numerator", "denominator", "value", "unit", "n_subjects",
    "n_respondents", "n_reached", "response_rate", "interval_low", "interval_high", "bound_low",
    "bound_high", "rule_low", "rule_high", "reliability", "reasons", "source_year",
    "source_table", "choice_nl", "definition_version",
)  # fmt: skip
_SHEETS = (
    Sheet("kpi_value", told_nl="De vrijgegeven cijfers, een per rij.", columns=_FIGURE_COLUMNS),
    Sheet(
        "interpretation",
        told_nl="Wat de cijfers betekenen volgens wie er samen naar keek.",
        columns=(
            "service_code", "area_code", "moment_on", "kpi_id", "session_on", "interpretation_nl",
            "unexpected_nl",
        ),
    ),
    Sheet(
        "measurement_kpi",
        told_nl="Wat er gekozen is, en in welke richting het gewenst is. Geen norm.",
        columns=("service_code", "kpi_id", "desired_direction", "target_value", "target_on"),
    ),
    Sheet(
        "dim_kpi",
        told_nl="Wat elke KPI betekent en waar zij vandaan komt.",
        columns=(
            "kpi_id", "layer", "parent_name_nl", "name_nl", "definition_nl", "formula_nl",
            "choice_nl", "source", "definition_version",
        ),
    ),
)  # fmt: skip


def hand_out(home: Home, proposal: Proposal, organisation: Row) -> Path:
    """Write what a person agreed to release, and return its folder.

    `organisation` has its name, whether it is made up, and whom to ask about a story. The figures
    are kept in frozen/ before anybody can see them. The caller holds the run lock.

    Raises:
        ReleaseError: it could not be written; what was released before stays.

    """
    place = home.handed_out(proposal.audience) / quote(proposal.code, safe="")
    final = place / proposal.moment.isoformat()
    unfinished, former = final.with_suffix(".partial"), final.with_suffix(".former")
    try:
        for leftover in (unfinished, former):
            shutil.rmtree(leftover, ignore_errors=True)
        unfinished.mkdir(parents=True)
        with in_memory() as connection:
            _load(connection, proposal)
            _write(connection, unfinished, proposal, organisation)
        for file in files(unfinished):
            file.chmod(READ_ONLY)
            sync(file)
        sync(unfinished)
        _freeze(home, proposal)
        if final.exists():
            final.rename(former)
        unfinished.rename(final)
        sync(place)
    except OSError as error:
        raise ReleaseError(
            f"Vrijgeven in {place} lukte niet: {error}. Controleer de schijf en de rechten en doe "
            "het opnieuw."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)
    return final


def _load(connection: duckdb.DuckDBPyConnection, proposal: Proposal) -> None:
    """Make every published table, with what goes out and nothing else in it."""
    rows = {**proposal.tables, "story": proposal.stories}
    for table in published_tables():
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"create table {table.name} ({columns})")
        if table.name in rows:
            known = {column.name for column in table.columns}
            given = rows[table.name]
            found = given.select([name for name in given.column_names if name in known])
            connection.register("given_rows", found)
            connection.execute(f"insert into {table.name} by name from given_rows")
            connection.unregister("given_rows")


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, proposal: Proposal, organisation: Row
) -> None:
    # The library of the charts takes a second to load, and who only looks need not wait.
    from exports.report.commissioner import commissioner_report
    from exports.report.residents import residents_page

    fetch = partial(fetch_rows, connection)
    given = {
        "organisation": organisation,
        "name": proposal.name_nl,
        "moment": proposal.moment,
        "released_on": proposal.released_on or proposal.day,
        "told_on": proposal.day,
    }
    if proposal.audience is Audience.RESIDENTS:
        page, content = RESIDENTS_PAGE, residents_page(fetch, given)
    else:
        held = [kpi.model_dump() for kpi in proposal.kpis]
        page, content = COMMISSIONER_PAGE, commissioner_report(fetch, given | {"kpis": held})
        write_workbook(folder / WORKBOOK, connection, _SHEETS, _guide(proposal, organisation))
    html = template(f"report/{proposal.audience}.html.j2").render(content)
    (folder / page).write_text(html, encoding="utf-8")


def _guide(proposal: Proposal, organisation: Row) -> dict[str, str]:
    """Return what the first sheet tells beside how to read the others."""
    about = {
        "Voor": proposal.name_nl,
        "Van": organisation["name"],
        "Meetmoment": in_words(proposal.moment),
        "Vrijgegeven op": in_words(proposal.released_on or proposal.day),
    }
    if organisation["is_example"]:
        about["Voorbeeld"] = "Verzonnen organisatie en cijfers: neem hier geen besluiten op."
    return about | {"Duiding": f"Lees de cijfers met hun verhaal: {COMMISSIONER_PAGE}."}


def _freeze(home: Home, proposal: Proposal) -> None:
    if proposal.released_on is None:
        day: date = proposal.day
        kpis = [kpi.model_dump() for kpi in proposal.kpis]
        kept = Kept(proposal.tables, kpis, proposal.run_id, day)
        Frozen.of(home, proposal.audience, proposal.code, proposal.moment).write(kept)
