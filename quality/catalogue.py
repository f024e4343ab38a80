"""The checks as data: what is judged, from which share on it counts, and who mends it."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingest.raw_tables import raw_tables
from ingest.yaml_files import read_yaml

CATALOGUE = Path(__file__).with_name("catalogue.yml")
FIGURES = Path(__file__).with_name("catalogue") / "figures.yml"

Share = Annotated[Decimal, Field(ge=0, le=1)]


class Check(BaseModel):
    """One check of the catalogue; catalogue.yml says on top what each field means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")]
    name_nl: str
    rule_nl: str
    remedy_nl: str
    severity: Literal["block", "flag", "info"]
    flag_threshold: Share
    block_threshold: Share | None
    # Only for S08, which looks both ways: block_threshold is how far the number of rows may drop.
    rise_threshold: Decimal | None = None
    floor_count: Annotated[int, Field(ge=1)]
    floor_note_nl: str
    bound: Literal["rows", "none"]
    runs_at: tuple[Literal["deur", "sql", "kpi", "uitgave"], ...]
    owner: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def hold_share(self) -> Decimal:
        """Return the share above which a delivery is held; ValueError if nothing is."""
        if self.block_threshold is None:
            raise ValueError(f"{self.id} houdt nooit een levering vast")
        return self.block_threshold

    @field_validator("columns", mode="before")
    @classmethod
    def _every_column_that_exists(cls, patterns: list[str]) -> list[tuple[str, str, str]]:
        return [column for pattern in patterns for column in _columns_of(pattern)]

    @model_validator(mode="after")
    def _thresholds_fit_the_severity(self) -> Self:
        blocks_at_once = self.block_threshold == self.flag_threshold
        if (self.severity == "block") is not blocks_at_once:
            raise ValueError(
                "bij severity block, en alleen dan, zijn flag_threshold en block_threshold gelijk"
            )
        if self.block_threshold is not None and self.block_threshold < self.flag_threshold:
            raise ValueError("block_threshold mag niet onder flag_threshold liggen")
        return self


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
    """Return every check of catalogue.yml and of catalogue/.

    Raises pydantic.ValidationError that names the check and the field that cannot be used.
    """
    checks = [check for file in (CATALOGUE, FIGURES) for check in read_yaml(file)["checks"]]
    return _Catalogue.model_validate({"checks": checks}).checks


def check(check_id: str) -> Check:
    """Return one check of the catalogue."""
    return next(found for found in catalogue() if found.id == check_id)


def check_catalogue() -> pa.Table:
    """Return the rows of the raw table run.check_catalogue: one per check."""
    schema = raw_tables()["run", "check_catalogue"].schema()
    rows = [found.model_dump() | {"check_id": found.id} for found in catalogue()]
    return pa.Table.from_pylist(
        [{name: row[name] for name in schema.names} for row in rows], schema=schema
    )


def check_columns() -> pa.Table:
    """Return the rows of the raw table run.check_columns: one per check and column it judges."""
    schema = raw_tables()["run", "check_columns"].schema()
    rows = [(found.id, *column) for found in catalogue() for column in found.columns]
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema
    )
