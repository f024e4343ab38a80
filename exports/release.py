"""One release: protected tables as Parquet and DuckDB, verified, then pointed at by `published`."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from exports.bi_files import write_bi_files
from exports.feedback import TEAM, write_feedback
from exports.files import (
    AUDIENCE,
    DATABASE,
    MANIFEST,
    READ_ONLY,
    attach_new,
    files,
    in_memory,
    read_manifest,
    sha256,
    sync,
    write_manifest,
    write_parquet,
    write_table,
)
from exports.protection import MINIMUM_COUNT
from exports.protection.history import Moment
from exports.protection.staging import Staged, remember, stage, staged
from exports.quality_page import write_quality_page
from exports.report import write_report
from exports.tables import PublishedTable, published_tables, quoted
from exports.team_overview import write_team_overviews
from ingest.home import Home

_PARTIAL = ".partial"
_TEAM_READ_ONLY = 0o440

# Judges the protected tables (`impact`) beside the exact ones (`warehouse`) and returns in Dutch
# why they may not be released; empty when they may.
Check = Callable[[duckdb.DuckDBPyConnection], list[str]]


class ReleaseError(Exception):
    """No release was made; the message says in Dutch what is wrong and what to do."""


class ReleaseRefused(ReleaseError):
    """The tables are not fit to be released."""


@dataclass(frozen=True)
class RunFacts:
    """The published table `run`: its fields are its columns; `started_at` is UTC, without zone."""

    run_id: str
    as_of: date
    started_at: datetime
    code_version: str
    open_data_origin: str
    minimum_count: int = MINIMUM_COUNT
    kept_percentage: int | None = None
    cultural_background_ground: str | None = None


@dataclass(frozen=True)
class ReleaseResult:
    """A release that is published: its folder, the number of rows per table, and what to mend.

    `protection` says how much of the figures could be shown.
    """

    path: Path
    rows: dict[str, int]
    problems: list[str]
    protection: Staged


def publish(
    home: Home,
    warehouse: Path,
    run: RunFacts,
    *,
    check: Check | None = None,
    team_groups: Mapping[str, str] = {},
    open_figures_day: int = 1,
) -> ReleaseResult:
    """Make a release of the mart tables in `warehouse` and point `published` at it.

    Whatever goes wrong, the former release stays the published one and nothing half-made stays
    behind. The caller holds the run lock: partial folders that are found are of dead runs. Figures
    of closed periods are repeated from frozen/, those of open periods until `open_figures_day`.

    Raises:
        ReleaseRefused: a table differs from its declaration, has a double key, or fails `check`.
        ReleaseError: no room, no warehouse, or what was written does not read back.
        ValueError: `run.minimum_count` is below the minimum.

    """
    final = home.releases / run.run_id
    partial = home.releases / f"{run.run_id}{_PARTIAL}"
    try:
        sweep(home)
        _require_room(home)
        if final.exists():
            raise ReleaseError(
                f"Uitgave {run.run_id} bestaat al en wordt nooit overschreven. "
                "Start een nieuwe nacht."
            )
        folder = partial / AUDIENCE
        (folder / "parquet").mkdir(parents=True)
        moment = Moment(run.as_of, open_figures_day)
        rows, protection = _write(folder, home, warehouse, run, moment, check)
        _verify(folder, rows)
        write_team_overviews(folder)
        write_quality_page(folder)
        write_report(folder)
        write_bi_files(folder)
        problems = _write_feedback(partial / TEAM, warehouse, run.as_of, team_groups)
        _seal(folder, run, rows, protection)
        _to_disk(partial)
        partial.rename(final)
        sync(home.releases)
        # Before anybody can see it: what was seen must be known to every later night.
        remember(home, protection, run.run_id)
        switch(home, run.run_id)
        _retire_feedback(home, final)
    except (OSError, duckdb.IOException) as error:
        raise ReleaseError(
            f"De uitgave kon niet worden weggeschreven in {home.releases}: {error}. De vorige "
            "uitgave blijft staan. Controleer de schijf en de rechten en start de nacht opnieuw."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return ReleaseResult(path=final, rows=rows, problems=problems, protection=protection)


def current_release(home: Home) -> Path | None:
    """Return the folder of the newest whole release, or None before the first one.

    Resolve once and keep to the answer: `published` may switch between two reads.
    """
    release = home.published.resolve()
    return release if (release / AUDIENCE / MANIFEST).is_file() else None


def published_age(home: Home, as_of: date) -> int | None:
    """Return how many days before `as_of` the published figures stand, or None without any."""
    release = current_release(home)
    if release is None:
        return None
    return (as_of - date.fromisoformat(read_manifest(release / AUDIENCE)["as_of"])).days


def published_at(release: Path) -> datetime:
    """Return the instant (UTC) at which the night of a release began, by its own table `run`."""
    run = pq.read_table(release / AUDIENCE / "parquet" / "run.parquet", columns=["started_at"])
    [started_at] = run["started_at"].to_pylist()
    return started_at.replace(tzinfo=UTC)  # type: ignore[no-any-return]


def sweep(home: Home) -> None:
    """Remove what killed nights left half-made; the caller holds the run lock."""
    home.releases.mkdir(parents=True, exist_ok=True)
    for leftover in home.releases.glob(f"*{_PARTIAL}"):
        shutil.rmtree(leftover)


def _require_room(home: Home) -> None:
    last = current_release(home)
    if last is None:
        return
    needed = 3 * sum(file.stat().st_size for file in files(last))
    free = shutil.disk_usage(home.releases).free
    if free < needed:
        raise ReleaseError(
            f"Te weinig schijfruimte voor een uitgave in {home.releases}: {needed} bytes nodig "
            f"(drie keer de vorige uitgave), {free} bytes vrij. De vorige uitgave blijft staan. "
            "Maak ruimte en start de nacht opnieuw."
        )


def _write(
    folder: Path,
    home: Home,
    warehouse: Path,
    run: RunFacts,
    moment: Moment,
    check: Check | None,
) -> tuple[dict[str, int], Staged]:
    """Write every published table into `folder`; return its rows and what protection did."""
    if not warehouse.is_file():
        raise ReleaseError(
            f"Het magazijn {warehouse} ontbreekt, dus er is niets om uit te geven. "
            "Start de nacht opnieuw."
        )
    with in_memory() as connection:
        # Spilled rows are exact: they go where the warehouse is, never near a release.
        connection.execute(f"set temp_directory = {quoted(f'{warehouse}.tmp')}")
        connection.execute(f"attach {quoted(warehouse)} as warehouse (read_only)")
        attach_new(connection, folder / DATABASE)
        _require_declared_columns(connection)
        protection = stage(connection, home, run.minimum_count, moment)
        run = replace(run, kept_percentage=protection.kept_percentage)
        rows = {
            table.name: _write_table(connection, folder, table, run) for table in published_tables()
        }
        if check is not None and (problems := check(connection)):
            raise ReleaseRefused("De uitgave is geweigerd. " + " ".join(problems))
        connection.execute("checkpoint impact")
    return rows, protection


def _require_declared_columns(connection: duckdb.DuckDBPyConnection) -> None:
    differences = []
    for table in published_tables():
        if table.source is not None:
            found = connection.execute(
                """
                select column_name, data_type
                from duckdb_columns()
                where database_name = 'warehouse' and schema_name = 'mart' and table_name = $source
                """,
                {"source": table.source},
            ).fetchall()
            differences += table.differences(dict(found))
    if differences:
        raise ReleaseRefused(
            "De tabellen in het magazijn zijn niet zoals hun dbt-YAML ze beschrijft: "
            + "; ".join(differences)
            + ". Pas het dbt-model of de beschrijving aan."
        )


def _write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: PublishedTable, run: RunFacts
) -> int:
    """Write one table to impact.duckdb and to Parquet; return how many rows it should have."""
    facts = None
    if table.source is None:
        facts = asdict(run)
        expected = 1
        rows = "select " + ", ".join(f"${name} as {name}" for name in facts)
    else:
        is_protected = table.protection != "none"
        source = staged(table.name) if is_protected else f"warehouse.mart.{table.source}"
        expected = _count(connection, source)
        rows = f"select * from {source}"
    write_table(connection, table.name, table.select(rows), table.comments("impact.main"), facts)
    keys = _count(
        connection, f"(select 1 from impact.main.{table.name} group by {', '.join(table.key)})"
    )
    if keys < expected:
        raise ReleaseRefused(
            f"Tabel {table.name} heeft {expected - keys} rijen met een dubbele sleutel "
            f"({', '.join(table.key)}). Herstel het dbt-model {table.source}."
        )
    write_parquet(connection, table.name, folder / "parquet" / f"{table.name}.parquet")
    return expected


def _write_feedback(
    folder: Path, warehouse: Path, as_of: date, groups: Mapping[str, str]
) -> list[str]:
    """Write what each team has to mend; return what is wrong with the groups that may read it."""
    with in_memory() as connection:
        connection.execute(f"set temp_directory = {quoted(f'{warehouse}.tmp')}")
        connection.execute(f"attach {quoted(warehouse)} as warehouse (read_only)")
        problems = write_feedback(folder, connection, as_of, groups)
    for file in files(folder):
        file.chmod(_TEAM_READ_ONLY)
    return problems


def _retire_feedback(home: Home, newest: Path) -> None:
    """Remove the lists of former releases: what was to be mended then is no longer so."""
    for folder in home.releases.glob(f"*/{TEAM}"):
        if folder.parent != newest:
            shutil.rmtree(folder)


def _verify(folder: Path, rows: dict[str, int]) -> None:
    """Read everything back: a file that opens may still lack its last rows."""
    with in_memory() as connection:
        connection.execute(f"attach {quoted(folder / DATABASE)} as impact (read_only)")
        for table, expected in rows.items():
            parquet = folder / "parquet" / f"{table}.parquet"
            for place in (f"impact.main.{table}", f"read_parquet({quoted(parquet)})"):
                found = _count(connection, place)
                if found != expected:
                    raise ReleaseError(
                        f"Tabel {table} is niet heel weggeschreven: {found} van {expected} rijen. "
                        "De vorige uitgave blijft staan. Start de nacht opnieuw."
                    )


def _seal(folder: Path, run: RunFacts, rows: dict[str, int], protection: Staged) -> None:
    """Write the manifest and take the right to write away from every file."""
    manifest = {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "rows": rows,
        "protection": {
            "publishable_figures": protection.publishable,
            "shown_figures": protection.kept,
            "audited_counts": protection.audited,
            "too_narrow_counts": protection.narrow,
        },
        "sha256": {
            file.relative_to(folder).as_posix(): sha256(file) for file in sorted(files(folder))
        },
    }
    write_manifest(folder / MANIFEST, manifest)
    for file in files(folder):
        file.chmod(READ_ONLY)


def switch(home: Home, run_id: str) -> None:
    """Point `published` at a whole release in one step; the link is relative, so homes can move."""
    link = home.published.with_name(f"{home.published.name}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(Path(home.releases.name) / run_id)
    link.replace(home.published)
    sync(home.published.parent)


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    return int(connection.execute(f"select count(*) from {rows}").fetchall()[0][0])


def _to_disk(folder: Path) -> None:
    """Flush every file and folder under `folder`, so that a power cut cannot empty a release."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
