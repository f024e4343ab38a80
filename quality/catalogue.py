"""The checks as data: what is judged, from which share on it counts, and who mends it.

`quality/checks/` has a file per family of checks (Kahn's frame, as OHDSI uses it). What the fields
mean:

severity         block: over the threshold the source is held; flag: over it the KPI rows are
                 marked; info: told on the quality page only
measure_nl       what is compared with the thresholds: a share of the judged rows, or another
                 measure of a slice
flag_threshold   what it has to be above for the check to fail
block_threshold  above it the source is held (at the door) or the figure is unreliable
floor_count      with fewer judged rows the state is 'te weinig'; it never stops a hold
hold_floor_count only where a share of registrations holds a source: with fewer judged rows it
                 never does
bound            rows: the check points at rows, so worst-case bounds exist; none: it does not
moves            period: a registration with this error may belong to another month, or have been
                 missed there. Whether it may belong to another team or place, PLACED_BY says of the
                 judged column. The bounds of a figure reckon with all that may come in or go
runs_at          deur: quality/door.py or ingest; sql: models/checks/**/chk_<id>_*; kpi: on the
                 figure
columns          source.table.column; a * for the table is every table of that source, a * for the
                 column is the whole row
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingest.raw_tables import raw_tables
from ingest.yaml_files import read_yaml

CATALOGUE = Path(__file__).with_name("checks")
SHARE = "aandeel"
# By which column a registration is put in a cell: an error there may move it to another one.
# Of a row that could not be read (*) any of them may be wrong.
PLACED_BY: Mapping[str, tuple[str, ...]] = {
    "service_code": ("service",),
    "team_code": ("team",),
    "worker_id": ("team",),
    "municipality_code": ("region",),
    "buurt_code": ("region",),
    "birth_year": ("age_band",),
    "commissioner_code": ("commissioner",),
    "client_id": ("region", "age_band"),
    "trajectory_id": ("service", "team", "commissioner"),
    "*": ("service", "team", "region", "age_band", "commissioner"),
}

Threshold = Annotated[Decimal, Field(ge=0)]


class Check(BaseModel):
    """One check of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")]
    name_nl: str
    rule_nl: str
    remedy_nl: str
    severity: Literal["block", "flag", "info"]
    measure_nl: str = SHARE
    flag_threshold: Threshold
    block_threshold: Threshold | None
    # Only for S08, which looks both ways: block_threshold is how far the number of rows may drop.
    rise_threshold: Decimal | None = None
    floor_count: Annotated[int, Field(ge=1)]
    hold_floor_count: Annotated[int | None, Field(ge=1)] = None
    floor_note_nl: str
    bound: Literal["rows", "none"]
    moves: tuple[Literal["period"], ...] = ()
    runs_at: tuple[Literal["deur", "sql", "kpi", "uitgave"], ...]
    owner: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def hold_share(self) -> Decimal:
        """Return the share above which a delivery is held; ValueError if nothing is."""
        if self.block_threshold is None:
            raise ValueError(f"{self.id} houdt nooit een levering vast")
        return self.block_threshold

    def can_hold(self, n_applicable: int) -> bool:
        """Say whether so many judged rows are enough for a share of them to hold a delivery."""
        return n_applicable >= (self.hold_floor_count or 1)

    @field_validator("columns", mode="before")
    @classmethod
    def _every_column_that_exists(
        cls, patterns: Sequence[str | tuple[str, str, str]]
    ) -> list[tuple[str, str, str]]:
        return [
            column
            for pattern in patterns
            for column in (_columns_of(pattern) if isinstance(pattern, str) else [pattern])
        ]

    @model_validator(mode="after")
    def _thresholds_fit_the_severity(self) -> Self:
        blocks_at_once = self.block_threshold == self.flag_threshold
        if (self.severity == "block") is not blocks_at_once:
            raise ValueError(
                "bij severity block, en alleen dan, zijn flag_threshold en block_threshold gelijk"
            )
        if self.block_threshold is not None and self.block_threshold < self.flag_threshold:
            raise ValueError("block_threshold mag niet onder flag_threshold liggen")
        if self.measure_nl == SHARE and max(self.flag_threshold, self.block_threshold or 0) > 1:
            raise ValueError("flag_threshold en block_threshold zijn bij een aandeel hooguit 1")
        return self


class CheckChoice(BaseModel):
    """What an organisation chose otherwise for one check, stricter or looser, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, Field(min_length=10)]
    flag_threshold: Threshold | None = None
    block_threshold: Threshold | None = None
    floor_count: Annotated[int | None, Field(ge=1)] = None


class Waiver(BaseModel):
    """A failing check that does not lower a figure: why, who decided, and until when.

    Without source or team it holds for all of them. Waived is not passed: the state stays.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    check_id: str
    source_id: str | None = None
    team_code: str | None = None
    reason: Annotated[str, Field(min_length=10)]
    person: Annotated[str, Field(min_length=2)]
    valid_until: date


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    checks: tuple[Check, ...]

    @field_validator("checks")
    @classmethod
    def _ids_are_unique(cls, checks: tuple[Check, ...]) -> tuple[Check, ...]:
        if len({check.id for check in checks}) < len(checks):
            raise ValueError("elke controle heeft een eigen id")
        return checks


def _columns_of(pattern: str) -> list[tuple[str, str, str]]:
    """Return the (source, table, column) that a pattern such as ecd.*.* stands for."""
    source, table, column = pattern.split(".")
    found = [
        (source, raw.table_name, column)
        for raw in raw_tables().values()
        if raw.source_name == source
        and table in ("*", raw.table_name)
        and column in ("*", *raw.all_columns)
    ]
    if not found:
        raise ValueError(f"kolom {pattern} bestaat niet in de raw-tabellen")
    return found


@cache
def catalogue() -> tuple[Check, ...]:
    """Return every check, by family and in the order of its file.

    Raises pydantic.ValidationError that names the check and the field that cannot be used.
    """
    documents = [read_yaml(file) for file in sorted(CATALOGUE.glob("*.yml"))]
    return _Catalogue(
        checks=[found for document in documents for found in document["checks"]]
    ).checks


def check(check_id: str) -> Check:
    """Return one check of the catalogue; ValueError if there is none with this id."""
    for found in catalogue():
        if found.id == check_id:
            return found
    raise ValueError(f"controle {check_id} bestaat niet")


def chosen_checks(choices: Mapping[str, CheckChoice]) -> tuple[Check, ...]:
    """Return every check with the thresholds that the organisation chose.

    Raises ValueError for a check that does not exist, and pydantic.ValidationError for thresholds
    that do not fit its severity.
    """
    for check_id in choices:
        check(check_id)
    return tuple(
        Check.model_validate(
            dict(found) | choices[found.id].model_dump(exclude={"reason"}, exclude_unset=True)
        )
        if found.id in choices
        else found
        for found in catalogue()
    )


def check_catalogue(choices: Mapping[str, CheckChoice]) -> pa.Table:
    """Return the rows of the raw table run.check_catalogue: one per check."""
    schema = raw_tables()["run", "check_catalogue"].schema()
    rows = [
        dict(found)
        | {
            "check_id": found.id,
            "choice_nl": choices[found.id].reason if found.id in choices else None,
        }
        for found in chosen_checks(choices)
    ]
    return pa.Table.from_pylist(
        [{name: row[name] for name in schema.names} for row in rows], schema=schema
    )


def waivers_in_force(waivers: Sequence[Waiver], as_of: date) -> pa.Table:
    """Return the rows of the raw table run.waivers: one per waiver that holds on a date."""
    schema = raw_tables()["run", "waivers"].schema()
    rows = [
        waiver.model_dump() | {"reason_nl": waiver.reason, "person_name": waiver.person}
        for waiver in waivers
        if as_of <= waiver.valid_until
    ]
    return pa.Table.from_pylist(
        [{name: row[name] for name in schema.names} for row in rows], schema=schema
    )


def check_columns() -> pa.Table:
    """Return the rows of the raw table run.check_columns: one per check and column it judges."""
    schema = raw_tables()["run", "check_columns"].schema()
    rows = [
        (found.id, *column, ",".join((*found.moves, *PLACED_BY.get(column[2], ()))))
        for found in catalogue()
        for column in found.columns
    ]
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema
    )
