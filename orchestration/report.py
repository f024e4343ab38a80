"""Running a night from the command line, and telling a person how it went."""

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from exports.protection.staging import Staged
from ingest.agreements import open_agreements
from ingest.contracts import SourceContract, load_contracts
from ingest.home import Home
from ingest.open_data import TableResult, last_results
from ingest.source_states import unclaimed
from ingest.unforeseen import frames_of
from orchestration import progress, spark
from orchestration.aftermath import stop_orphans
from orchestration.dagster_home import dagster_environment
from orchestration.exit_codes import HELD, NOT_PUBLISHED, OK
from orchestration.night import Night, new_run_id
from orchestration.notify.night import step_faults
from orchestration.readiness import little_room
from orchestration.run_lock import run_lock
from orchestration.settings import Settings
from orchestration.standing import (
    RELIABILITY_NL,
    FigureCounts,
    Standing,
    figure_counts,
    is_held,
    release_line,
    sources_of,
)
from quality.meetplan.findings_file import read_findings
from quality.meetplan.plan import Finding

LAYERS_NL = {
    "impact": "impact",
    "effect": "effect",
    "activity": "activiteiten",
    "own": "eigen registratie",
}
_SHOWN_FINDINGS = 12
_STOPPED = "Het systeem of een mens vroeg deze nacht te stoppen."


def run_night(root: Path, *, console: Console, **asked: str | None) -> int:
    """Run one night with its steps on `console` and return the exit code.

    What was `asked` (as_of, open_data, engine) overrules the settings when it is not None.

    0 all well, 1 published with flags, 2 published while a source is held or missing,
    3 nothing published: the former release stays.
    """
    night = Night.of(root, **asked)
    home = night.home
    if night.settings.engine == spark.TARGET:
        spark.require()
    os.environ.update(dagster_environment(home))
    _log_to_file(home)
    console.print(
        f"\n[bold]{night.settings.organisation_name}[/], peildatum "
        f"{night.settings.business_date:%d-%m-%Y}"
        + (" [yellow](voorbeeldgegevens)[/]" if night.settings.is_example else "")
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        run_lock(home),
        (home.logs / "dbt-uitvoer.log").open("w", encoding="utf-8") as printed,
        redirect_stdout(printed),
    ):
        steps = progress.start(console)
        steps.run_id = new_run_id()
        try:
            night.require_ready()
            failure = _execute(home, steps, asked)
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            failure = _STOPPED
        if failure == _STOPPED:
            steps.faults = (failure,)
            stop_orphans(home)
        if failure is not None:
            room = little_room(home)
            failure = failure if room in failure else failure + room
            logging.getLogger(__name__).error(failure)
    _show_sources(steps, night.settings.business_date, console)
    _show_findings(home, steps.findings, console)
    if failure is not None or steps.release is None:
        console.print(
            f"\n[red]Niet gepubliceerd.[/] {failure or ''} De vorige uitgave blijft staan: "
            f"{release_line(home, night.settings.business_date)}. Zie {home.logs / 'nacht.log'}."
        )
        return NOT_PUBLISHED
    _show_agreements(night.contracts.usable, console)
    figures = figure_counts(steps.release.path)
    _show_figures(figures, console)
    _show_protection(steps.release.protection, console)
    _show_durations(steps, console)
    console.print(
        f"\nUitgave: {steps.release.path}\n         (ook als {home.published})", soft_wrap=True
    )
    return Standing(
        steps.sources, steps.tables, steps.findings, figures, steps.failed_checks
    ).exit_code


def _execute(home: Home, steps: progress.Steps, asked: Mapping[str, str | None]) -> str | None:
    """Run the job `nightly` in this process; return why its first failed step failed, if any."""
    from orchestration.definitions import defs
    from orchestration.defs.release import RUN_ID_TAG

    organisation = {"home": str(home.root)} | {k: v for k, v in asked.items() if v is not None}
    with dg.DagsterInstance.get() as instance:
        result = (
            defs()
            .resolve_job_def("nightly")
            .execute_in_process(
                instance=instance,
                run_config={
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                    "resources": {"organisation": {"config": organisation}},
                },
                # Whoever started the command decides whether it is tried again, not Dagster.
                tags={RUN_ID_TAG: steps.run_id, "dagster/max_retries": "0"},
                raise_on_error=False,
            )
        )
        if result.success:
            return None
        steps.faults = step_faults(result.all_events)
        for event in result.all_events:
            if event.is_step_failure and (error := event.step_failure_data.error):
                if error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
                    return _STOPPED
                return _sentence((error.cause or error).message.strip())
    return ""


def _sentence(message: str) -> str:
    """Return an error message without the name of its exception."""
    name, _, sentence = message.partition(": ")
    return sentence if sentence and " " not in name else message


def _log_to_file(home: Home) -> None:
    """Send what Dagster and we log to one file in the home instead of the terminal."""
    home.logs.mkdir(parents=True, exist_ok=True)
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        filename=home.logs / "nacht.log",
        encoding="utf-8",
        level=logging.INFO,
        format="%(asctime)sZ %(levelname)s %(name)s %(message)s",
        force=True,
    )
    for talkative in ("alembic", "great_expectations"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _show_sources(steps: progress.Steps, as_of: date, console: Console) -> None:
    table = _table("Bronnen (rijen)")
    for heading in ("bron", "stand", "van"):
        table.add_column(heading, no_wrap=True)
    for heading in ("in", "uit", "afgekeurd", "dubbel"):
        table.add_column(heading, justify="right", no_wrap=True)
    for source in steps.sources:
        table.add_row(
            source.source_id,
            _coloured(source.state),
            f"{source.data_as_of:%d-%m-%y}" if source.data_as_of else "-",
            *(
                _number(n)
                for n in (source.rows_in, source.rows_out, source.rejected, source.duplicates)
            ),
        )
    console.print()
    console.print(table)
    for source in steps.sources:
        for count, why in ((source.erased, "gewist"), (source.expired, "te oud, verwijderd")):
            if count:
                rows = "1 rij" if count == 1 else f"{_number(count)} rijen"
                console.print(f"  {source.source_id}: {rows} {why}", style="dim")
    if steps.tables:
        show_open_data(steps.tables, as_of, console)
    for result in steps.sources:
        if result.state != "actueel" and result.message:
            console.print(f"  [yellow]![/] {result.message}")
    for notice in steps.notices:
        console.print(f"  [yellow]![/] {notice}")


def _show_findings(home: Home, findings: list[Finding], console: Console) -> None:
    """Show what was found in the meetplan, the gravest first; the file has the whole list."""
    if not findings:
        return
    console.print(f"\n[bold]Meetplan[/] ({_counted(findings)})")
    for each in findings[:_SHOWN_FINDINGS]:
        colour = {"fout": "red", "waarschuwing": "yellow"}.get(each.severity, "dim")
        console.print(f"  [{colour}]{each.severity}[/] {escape(each.sentence)}", soft_wrap=True)
    rest = len(findings) - _SHOWN_FINDINGS
    more = f"Nog {rest} staan" if rest > 0 else "Alles staat"
    console.print(f"  {more} in {home.meetplan_findings_file}", soft_wrap=True)


def _counted(findings: list[Finding]) -> str:
    plurals = {"fout": "fouten", "waarschuwing": "waarschuwingen", "hint": "hints"}
    return ", ".join(
        f"{count} {severity if count == 1 else plurals[severity]}"
        for severity, count in Counter(each.severity for each in findings).items()
    )


def _show_agreements(contracts: list[SourceContract], console: Console) -> None:
    for sentence in open_agreements(contracts):
        console.print(f"  [yellow]![/] {escape(sentence)}")


def show_open_data(tables: list[TableResult], as_of: date, console: Console) -> None:
    """Show per table of open data how it stands, how old our copy is and what was revised."""
    table = _table("Open data")
    for heading in ("tabel", "stand", "opgehaald"):
        table.add_column(heading, no_wrap=True)
    table.add_column("dagen oud", justify="right")
    table.add_column("uitgave", no_wrap=True)
    for heading in ("cijfers", "herzien"):
        table.add_column(heading, justify="right")
    for each in tables:
        table.add_row(
            each.table_id,
            _coloured(each.state),
            f"{each.retrieved_on:%d-%m-%y}" if each.retrieved_on else "-",
            str((as_of - each.retrieved_on).days) if each.retrieved_on else "-",
            f"{each.revision:%d-%m-%y}" if each.revision else "-",
            _number(each.row_count),
            _number(each.revised_count),
        )
    console.print()
    console.print(table)
    for each in tables:
        if each.message:
            sentence = f"{each.table_id}: {each.message}"
            console.print(f"  [yellow]![/] {escape(sentence)}", soft_wrap=True)


def _show_figures(counts: FigureCounts, console: Console) -> None:
    """Show the number of KPI rows per layer and reliability."""
    table = _table("KPI-rijen")
    table.add_column("laag")
    for reliability in RELIABILITY_NL:
        table.add_column(reliability, justify="right")
    for layer in sorted({layer for layer, _ in counts}):
        table.add_row(
            LAYERS_NL.get(layer, layer),
            *(_number(counts.get((layer, reliability), 0)) for reliability in RELIABILITY_NL),
        )
    console.print()
    console.print(table)


def _show_protection(protection: Staged, console: Console) -> None:
    """Show how much of the figures that are large enough could be shown."""
    if protection.kept_percentage is None:
        return
    console.print(
        f"\nAfscherming: {protection.kept_percentage} % getoond van "
        f"{_number(protection.publishable)} eigen cijfers die op zichzelf groot genoeg zijn.",
        soft_wrap=True,
    )
    if protection.narrow:
        console.print(
            f"  [yellow]![/] {_number(protection.narrow)} kleine aantallen hebben door wat eerder "
            "is uitgegeven minder ruimte dan bedoeld. Meld dit als fout in de beveiliging."
        )


def _show_durations(steps: progress.Steps, console: Console) -> None:
    total = sum(steps.durations.values())
    line = ", ".join(
        f"{title.lower()} {seconds:.1f} s" for title, seconds in steps.durations.items()
    )
    console.print(f"\nDuur: {total:.1f} s ({line})", soft_wrap=True)


def show_status(root: Path, console: Console) -> int:
    """Show what is published, how old it is, and which sources are held or missing."""
    home = Home(root.resolve())
    if not home.contracts.is_dir():
        console.print(
            f"[yellow]{home.root} is nog geen thuis van een organisatie.[/] Maak er een met "
            f"'impactkompas example {root}' of zet contracten in {home.contracts}."
        )
        return NOT_PUBLISHED
    settings = Settings.of(home.settings_file)
    console.print(f"[bold]{settings.organisation_name}[/] in {home.root}")
    console.print(f"Gepubliceerd: {release_line(home, settings.business_date)}")
    contracts = load_contracts(home.contracts)
    states = sources_of(home, contracts, settings.business_date)
    drafts = [each.message for each in contracts.unusable if each.is_draft]
    steps = progress.Steps(sources=states, tables=last_results(home), notices=drafts)
    steps.notices.extend(unclaimed(home, contracts.usable))
    if home.unknown_titles_file.exists():
        steps.notices.append(
            "Er zijn projecttitels ingevuld die niet in de projectentabel staan (R18): "
            f"{home.unknown_titles_file.name} heeft de lijst."
        )
    _show_sources(steps, settings.business_date, console)
    _show_findings(home, read_findings(home.meetplan_findings_file), console)
    _show_agreements(contracts.usable, console)
    return HELD if any(map(is_held, states)) else OK


def log_crash(error: BaseException) -> Path:
    """Write a traceback to the log of the home and return where it stands."""
    home = Home(Path(os.environ.get("IMPACTKOMPAS_HOME", "data")).resolve())
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / "crash.log"
    # Frames only: the message of an unforeseen error could quote what was being read.
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{moment} {type(error).__name__}\n{frames_of(error)}\n")
    return log


def _table(title: str) -> Table:
    return Table(
        title=f"[bold]{title}[/]",
        title_justify="left",
        title_style="",
        header_style="dim",
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )


def _coloured(state: str) -> str:
    colour = {"actueel": "green", "verouderd": "yellow"}.get(state, "red")
    return f"[{colour}]{state}[/]"


def _number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}".replace(",", ".")
