"""Stories whose consent no longer holds, taken out of every release that is kept."""

import html
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from exports.bi_files import BI_FILES
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
    write_manifest,
    write_parquet,
    write_table,
)
from exports.release import sweep
from exports.report import EXPLORE_PAGE
from exports.tables import quoted
from ingest.home import Home, replace_durably
from ingest.meetplan.consent import STORY_TEXTS

# The table that tells which stories a release holds is replaced last: until it is, a release
# that was half mended when the power went is mended anew.
_STORY_TABLES = ("story_choice", "story")
_ASIDE = ".new"


def forget_withdrawn(home: Home, valid_story_ids: Collection[str], as_of: date) -> int:
    """Remove every other story from all releases that are kept; return how many rows went.

    Files are written aside and replaced whole, and stay read-only; a page that quotes a removed
    story goes with it, and the manifest says so. Without such stories nothing is touched. What
    killed nights left half-made is removed, since it may hold such stories too. The caller holds
    the run lock.
    """
    sweep(home)
    return sum(
        _forget_in(manifest.parent, valid_story_ids, as_of)
        for manifest in sorted(home.releases.glob(f"*/{AUDIENCE}/{MANIFEST}"))
    )


def _forget_in(folder: Path, valid_story_ids: Collection[str], as_of: date) -> int:
    stories = folder / "parquet" / "story.parquet"
    if not stories.exists():
        return 0
    removed = [
        row for row in pq.read_table(stories).to_pylist() if row["story_id"] not in valid_story_ids
    ]
    if not removed:
        return 0
    rows = _write_aside(folder, [row["story_id"] for row in removed])
    pages = _pages_with(folder, [row[text] for row in removed for text in STORY_TEXTS if row[text]])
    parquet = [folder / "parquet" / f"{name}.parquet" for name in rows]
    mended = [folder / DATABASE, *parquet]
    manifest = read_manifest(folder)
    manifest["rows"] |= rows
    names = [file.relative_to(folder).as_posix() for file in pages]
    for name in names:
        manifest["sha256"].pop(name, None)
    for file in mended:
        manifest["sha256"][file.relative_to(folder).as_posix()] = sha256(_aside(file))
    for key, added in (("stories_removed_on", [as_of.isoformat()]), ("pages_removed", names)):
        manifest[key] = sorted({*manifest.get(key, []), *added})
    write_manifest(_aside(folder / MANIFEST), manifest)
    for file in (*mended[:-1], folder / MANIFEST):
        _replace(file)
    for file in pages:
        file.unlink()
    _replace(mended[-1])
    return len(removed)


def _write_aside(folder: Path, story_ids: list[str]) -> dict[str, int]:
    """Write the database and the story tables anew beside the old; return the rows that remain.

    A new file, since the bytes of a deleted row may survive inside a database.
    """
    rows = {}
    for leftover in folder.glob(f"{DATABASE}{_ASIDE}*"):
        leftover.unlink()
    with in_memory() as connection:
        connection.execute(f"attach {quoted(folder / DATABASE)} as former (read_only)")
        attach_new(connection, _aside(folder / DATABASE))
        for name, comments in _described_tables(connection):
            is_story_table = name in _STORY_TABLES
            kept = f"select * from former.main.{name}" + (
                " where not list_contains($removed, story_id)" if is_story_table else ""
            )
            parameters = {"removed": story_ids} if is_story_table else None
            write_table(connection, name, kept, comments, parameters)
        for name in _STORY_TABLES:
            write_parquet(connection, name, _aside(folder / "parquet" / f"{name}.parquet"))
            rows[name] = connection.table(f"impact.main.{name}").count("*").fetchall()[0][0]
        connection.execute("checkpoint impact")
    return rows


def _described_tables(connection: duckdb.DuckDBPyConnection) -> Iterable[tuple[str, list[str]]]:
    """Return every table of the attached `former`, with statements that describe it as it was."""
    tables = connection.execute(
        "select table_name, comment from duckdb_tables() where database_name = 'former'"
    ).fetchall()
    for name, comment in tables:
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() "
            "where database_name = 'former' and table_name = $name order by column_index",
            {"name": name},
        ).fetchall()
        yield (
            name,
            [
                f"comment on table impact.main.{name} is {quoted(comment)}",
                *(
                    f"comment on column impact.main.{name}.{column} is {quoted(text)}"
                    for column, text in columns
                ),
            ],
        )


def _pages_with(folder: Path, texts: list[str]) -> list[Path]:
    """Return the files for people in which one of the texts stands.

    Files that never hold a story stay, though a word in them may be the title of one.
    """
    sought = [_flat(text) for text in texts]
    return [
        file
        for file in files(folder)
        if file.parent.name != "parquet"
        and file.name not in (DATABASE, MANIFEST, EXPLORE_PAGE)
        and file.suffix != _ASIDE
        and file.relative_to(folder).parts[0] not in BI_FILES
        and any(
            text in _flat(html.unescape(file.read_text(encoding="utf-8", errors="replace")))
            for text in sought
        )
    ]


def _replace(file: Path) -> None:
    _aside(file).chmod(READ_ONLY)
    replace_durably(_aside(file), file)


def _aside(file: Path) -> Path:
    return file.with_name(f"{file.name}{_ASIDE}")


def _flat(text: str) -> str:
    return " ".join(text.split())
