"""A large organisation out of the example: its delivered files, many times, each time other people.

The generator makes people one by one; that takes a quarter of an hour per million contacts. Here
its files are copied as text, and only what must differ does: every number of a client, worker,
trajectory or record, names and citizen numbers. So what comes to the door is what the example
delivers, errors included, and the figures keep their shape.

The first sixteen copies are units of the organisation with teams and projects of their own, as the
generator makes them: about 1,000 employees. What is more is more of the same work in those units.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from math import ceil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ingest.contracts import SourceContract, load_contract
from ingest.example import write_example
from ingest.example.deliveries import dutch_date, write_forms, write_surveymonkey
from ingest.example.layouts import CONTRACTS, layouts
from ingest.example.organisation import DELIVERED_ON, LAST_DAY, build_organisation
from ingest.example.surveys import UNKNOWN_TITLE, Response, responses

UNITS = 16
SEED = 1
# These come from people outside any register, and are written by the generator itself.
SURVEYS = ("survey-forms", "survey-surveymonkey")
# Kept by the organisation as a whole, and per unit; everything else grows with the registrations.
ONCE, PER_UNIT = ("organisation-postcodes",), ("organisation-projecten", "organisation-codelijsten")
# What a person registers from day to day: where new rows come in.
GROWING = (
    "ecd-contacten",
    "ecd-deelnames",
    "ecd-hulpvragen",
    "ecd-ondersteuning",
    "ecd-verwijzingen",
    "ecd-beoordelingen",
)
NEW = "N"
# Microsoft Forms takes in 50,000 lists and no more.
_MOST_FORMS_COPIES = UNITS
_ROOM = {"forms": 100_000, "surveymonkey": 1_000_000}
_FIRST_BSN = 999_999_999


@dataclass(frozen=True)
class Roles:
    """What the columns of a file are, by their heading."""

    record: tuple[str, ...]
    person: tuple[str, ...]
    trajectory: tuple[str, ...]
    other: tuple[str, ...]
    unit: tuple[str, ...]
    title: tuple[str, ...]
    name: tuple[str, ...]
    bsn: tuple[str, ...]

    @classmethod
    def of(cls, contract: SourceContract) -> "Roles":
        """Read from a contract which columns hold numbers of something that a copy has anew."""
        found: dict[str, list[str]] = {name: [] for name in cls.__annotations__}
        told: set[str] = set()
        for column in sorted(contract.columns, key=lambda each: each.name == "record_ref"):
            role = _role(contract, column.name, column.domain, column.transform)
            heading = column.sources[0] if column.sources else ""
            if role and heading and (role == "name" or heading not in told):
                found[role].append(heading)
                told.add(heading)
        return cls(**{name: tuple(headings) for name, headings in found.items()})


def _role(
    contract: SourceContract, name: str, domain: str | None, transform: str | None
) -> str | None:
    if name in ("team_code", "project_code"):
        return "unit"
    if name in ("title", "aliases", "project_title"):
        return "title"
    if transform == "match_token":
        return "name"
    if name == "bsn":
        return "bsn"
    if name == "client_id":
        return "person"
    if name == "trajectory_id":
        return "trajectory"
    if name in contract.delivered_key or name == "record_ref":
        return "record"
    return "other" if domain or name.endswith("_id") else None


@dataclass(frozen=True)
class Delivered:
    """One file of the example as columns of text, and which of them differ per copy."""

    contract: SourceContract
    roles: Roles
    rows: pa.Table

    @classmethod
    def read(cls, contract: SourceContract, file: Path) -> "Delivered":
        """Read a file of the example; every cell stays the text that it is."""
        columns = layouts()[file.name.rpartition("_")[0]].columns
        rows = csv.read_csv(
            file,
            read_options=csv.ReadOptions(encoding=contract.encoding, block_size=1 << 28),
            parse_options=csv.ParseOptions(
                delimiter=contract.delimiter, newlines_in_values=True, double_quote=True
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=[],
                strings_can_be_null=False,
            ),
        )
        return cls(contract, Roles.of(contract), rows.combine_chunks())

    def copy(self, number: int, renewed: Iterable[str] = ()) -> pa.Table:
        """Return the rows as those of copy `number`; `renewed` columns are of somebody new."""
        roles, rows = self.roles, self.rows
        renewed = set(renewed)
        for heading in (*roles.record, *roles.person, *roles.trajectory, *roles.other):
            rows = _behind(rows, heading, _copy_mark(number) + NEW * (heading in renewed))
        unit = number % UNITS
        for heading in roles.unit:
            rows = _behind(rows, heading, f"-{unit + 1}" if unit else "")
        for heading in roles.title:
            rows = _title(rows, heading, f" unit {unit + 1}" if unit else "")
        for heading in roles.name:
            rows = _behind(rows, heading, _letters(number) + "nieuw" * bool(renewed))
        for heading in roles.bsn:
            rows = _replaced(rows, heading, _citizen_numbers(rows[heading], number, bool(renewed)))
        if self.contract.source_id == "organisation-codelijsten" and number:
            rows = rows.filter(pc.equal(rows["Lijst"], "team"))
            rows = _behind(_behind(rows, "Code", f"-{unit + 1}"), "Omschrijving", f" {unit + 1}")
        return rows

    def where(self, keep: pa.Array) -> "Delivered":
        """Return the same file with these rows only."""
        return replace(self, rows=self.rows.filter(keep).combine_chunks())

    @cached_property
    def day_column(self) -> str:
        """Return the heading of the day on which it happened."""
        return next(
            column.sources[0]
            for column in self.contract.columns
            if column.logical_type == "date" and column.name != "recorded_on"
        )


def example_files(folder: Path) -> list[Delivered]:
    """Write the example organisation into `folder` and read its registrations back as text."""
    write_example(folder, seed=SEED)
    found = []
    for file in sorted(CONTRACTS.glob("*.yaml")):
        contract = load_contract(file)
        if contract.source_id not in SURVEYS:
            name = contract.path.format(delivered_on=f"{DELIVERED_ON:%Y%m%d}")
            found.append(Delivered.read(contract, folder / "inbox" / name))
    return found


def copies_for(contacts: int, files: Iterable[Delivered]) -> int:
    """Return how many copies of the example have at least so many contacts."""
    of_one = next(len(each.rows) for each in files if each.contract.source_id == "ecd-contacten")
    return ceil(contacts / of_one)


def write_deliveries(files: Iterable[Delivered], folder: Path, copies: int) -> dict[str, int]:
    """Write the deliveries of an organisation of so many copies; return the rows per source."""
    counts = {}
    for delivered in files:
        source = delivered.contract.source_id
        amount = 1 if source in ONCE else min(copies, UNITS) if source in PER_UNIT else copies
        tables = (delivered.copy(number) for number in range(amount))
        counts[source] = _write(delivered.contract, folder, DELIVERED_ON, tables)
    forms = _filled_in(min(copies, _MOST_FORMS_COPIES), "forms")
    counts["survey-forms"] = write_forms(folder, forms)[1]
    counts["survey-surveymonkey"] = write_surveymonkey(folder, _filled_in(copies, "surveymonkey"))[
        1
    ]
    return counts


def write_new_rows(
    files: Iterable[Delivered], folder: Path, copies: int, share: float
) -> dict[str, int]:
    """Write what came in since: new clients with all that is theirs, and more of known clients.

    Of every growing table that is `share` of its rows, all of the last month; rows per source.
    """
    files = list(files)
    newcomers = _newcomers(files, share)
    counts = {}
    for delivered in files:
        source, roles = delivered.contract.source_id, delivered.roles
        if not source.startswith("ecd-") or not roles.person:
            continue
        person = delivered.rows[roles.person[0]].combine_chunks()
        is_new = pc.is_in(person, newcomers)
        parts = [(delivered.where(is_new), {*roles.record, *roles.person, *roles.trajectory})]
        if source in GROWING:
            room = round(share * len(delivered.rows)) - len(parts[0][0].rows)
            parts.append((_later_rows(delivered, pc.invert(is_new), room), set(roles.record)))
        tables = (part.copy(number, renewed) for number in range(copies) for part, renewed in parts)
        counts[source] = _write(
            delivered.contract, folder, DELIVERED_ON + timedelta(days=1), tables
        )
    return counts


def as_delta(contracts: Path) -> None:
    """Let the registrations be delivered as what is new: the contracts of a home are changed."""
    for file in contracts.glob("ecd-*.yaml"):
        text = file.read_text(encoding="utf-8")
        changed = text.replace(
            "{property: coverage, value: full}", "{property: coverage, value: delta}"
        )
        file.write_text(changed, encoding="utf-8")


def new_home(example: Path, deliveries: Path, home: Path) -> None:
    """Make a home with the contracts and settings of the example and these deliveries."""
    for part in ("contracts", "inbox"):
        (home / part).mkdir(parents=True)
    for file in (example / "contracts").iterdir():
        shutil.copyfile(file, home / "contracts" / file.name)
    for name in ("settings.toml", "meetplan.xlsx"):
        shutil.copyfile(example / name, home / name)
    # Which column feeds which KPI: made anew only when SQL changed, so not every night.
    shutil.copytree(example / "warehouse", home / "warehouse")
    deliver(deliveries, home)


def deliver(deliveries: Path, home: Path) -> None:
    """Put deliveries in an inbox; the night takes the names away, their contents stay."""
    for file in deliveries.iterdir():
        (home / "inbox" / file.name).hardlink_to(file)


def _newcomers(files: list[Delivered], share: float) -> pa.Array:
    """Return the numbers of the clients who came in the last month, `share` of all at most."""
    clients = next(each for each in files if each.contract.source_id == "ecd-clienten")
    came = pc.ends_with(clients.rows["Inschrijfdatum"], f"{LAST_DAY:-%m-%Y}")
    numbers = clients.rows.filter(came)[clients.roles.person[0]]
    return numbers.combine_chunks()[: round(share * len(clients.rows))]


def _later_rows(delivered: Delivered, keep: pa.Array, amount: int) -> Delivered:
    """Return rows of the last month once more, a day later: so they are no doubles."""
    day = delivered.rows[delivered.day_column]
    of_month = pc.and_(
        pc.ends_with(day, f"{LAST_DAY:-%m-%Y}"), pc.invert(pc.starts_with(day, f"{LAST_DAY:%d}"))
    )
    later = delivered.where(pc.and_(keep, of_month))
    rows = later.rows.slice(0, max(amount, 0))
    for heading in (delivered.day_column, "Geregistreerd op"):
        rows = _replaced(rows, heading, pa.array(map(_next_day, rows[heading].to_pylist())))
    return replace(later, rows=rows)


@cache
def _next_day(text: str) -> str:
    day, month, year = map(int, text.split("-"))
    return dutch_date(date(year, month, day) + timedelta(days=1))


def _write(
    contract: SourceContract, folder: Path, delivered_on: date, tables: Iterable[pa.Table]
) -> int:
    """Write a delivery, every cell quoted; return its number of rows."""
    count, heading = 0, None
    file = folder / contract.path.format(delivered_on=f"{delivered_on:%Y%m%d}")
    with file.open("wb") as out:
        for table in tables:
            if heading is None:
                heading = contract.delimiter.join(f'"{name}"' for name in table.column_names)
                out.write(f"{heading}\r\n".encode(contract.encoding))
            for line in _lines(table, contract.delimiter):
                out.write(line.encode(contract.encoding))
            count += len(table)
    return count


def _lines(table: pa.Table, delimiter: str) -> Iterator[str]:
    """Give the text of all rows, of no more at a time than memory is no matter."""
    for batch in table.to_batches(max_chunksize=100_000):
        cells = [pc.replace_substring(column, '"', '""') for column in batch.columns]
        rows = pc.binary_join_element_wise(*cells, f'"{delimiter}"')
        text = '"\r\n"'.join(rows.to_pylist())
        if text:
            yield f'"{text}"\r\n'


def _behind(rows: pa.Table, heading: str, mark: str) -> pa.Table:
    """Put a mark behind what stands in a column; an empty cell stays empty."""
    if not mark:
        return rows
    texts = rows[heading]
    marked = pc.binary_join_element_wise(texts, mark, "")
    return _replaced(rows, heading, pc.if_else(pc.equal(texts, ""), "", marked))


def _title(rows: pa.Table, heading: str, mark: str) -> pa.Table:
    """Put a mark behind every title in a column; what has no name keeps none."""
    if not mark:
        return rows
    titles = pc.replace_substring(rows[heading], "|", f"{mark}|")
    return _behind(_replaced(rows, heading, titles), heading, mark)


def _replaced(rows: pa.Table, heading: str, texts: pa.Array) -> pa.Table:
    place = rows.column_names.index(heading)
    return rows.set_column(place, heading, texts.cast(pa.string()))


def _copy_mark(number: int) -> str:
    return f"K{number}" if number else ""


def _letters(number: int) -> str:
    """Return letters that tell a copy from all others, nothing for the first."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(97 + place) + letters
    return letters


def _citizen_numbers(numbers: pa.ChunkedArray, copy: int, is_new: bool) -> pa.Array:
    """Return other valid citizen numbers for this copy; of new people none is registered."""
    known = numbers.to_numpy(zero_copy_only=False)
    if is_new:
        return pa.array([""] * len(known))
    filled = known != ""
    values = known[filled].astype(np.int64)
    if len(values) == 0 or copy == 0:
        return pa.array(known)
    lowest = int(values.min())
    first_copy = _valid_numbers(lowest, 1)
    first_copy = first_copy[first_copy >= lowest]
    # Of twice as many copies each time, so that few lists are made.
    others = _valid_numbers(lowest, 1 << copy.bit_length())[
        copy * len(first_copy) + np.searchsorted(-first_copy, -values)
    ]
    result = known.copy()
    result[filled] = others.astype(str)
    return pa.array(result)


@cache
def _valid_numbers(lowest: int, copies: int) -> np.ndarray:
    """Return the valid numbers from the top of the range down, enough for so many copies."""
    # One in eleven is valid, nearly as often in every part of the range.
    span = (_FIRST_BSN - lowest) * copies * 101 // 100 + 1_000
    candidates = _FIRST_BSN - np.arange(span, dtype=np.int64)
    total = -(candidates % 10)
    for weight in range(2, 10):
        total += weight * (candidates // 10 ** (weight - 1) % 10)
    return candidates[total % 11 == 0]


def _filled_in(copies: int, survey: str) -> list[Response]:
    """Return the questionnaires of a tool, numbered on per copy, about projects of its unit."""
    first = [
        each for each in responses(build_organisation(1.0, SEED), SEED) if each.survey == survey
    ]
    return [
        replace(
            each,
            id=each.id + number * _ROOM[survey],
            title=f"{each.title} unit {number % UNITS + 1}"
            if number % UNITS and each.title != UNKNOWN_TITLE
            else each.title,
        )
        for number in range(copies)
        for each in first
    ]
