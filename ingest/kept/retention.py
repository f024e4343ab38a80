"""How long things are kept: originals, landed deliveries and rows, each by its term."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from ingest import dutch
from ingest.cells import ParsedColumn, parse_column
from ingest.columns import map_distinct
from ingest.contracts import Contracts, SourceContract
from ingest.home import Home
from ingest.kept.erasure import waiting
from ingest.kept.persons import CLIENT_ID, CLIENTS, OWNERS, TRAJECTORY_ID
from ingest.kept.removing import (
    LandedFile,
    contributing_files,
    destroy_originals,
    landed_files,
    rewrite,
)
from ingest.ledger import Ledger
from ingest.originals import Originals

# The end of a row without an end: as long as a trajectory runs.
ENDLESS = date.max
# What lies before it was never registered in a system: a default date or a slip of the pen (P04).
FIRST_POSSIBLE_DAY = date(2000, 1, 1)
_ROW_FAULT = "row_fault"
_RECORDED_ON = "recorded_on"


class SourceTerms(BaseModel):
    """Terms of one source; what is not given is as for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    originals_days: int | None = Field(default=None, ge=0)
    rows_years: int | None = Field(default=None, ge=1)


class Terms(SourceTerms):
    """How long originals and rows are kept, for all sources and for some of them."""

    originals_days: int = Field(default=30, ge=0)
    rows_years: int = Field(default=5, ge=1)
    sources: dict[str, SourceTerms] = Field(default_factory=dict)

    def days(self, source_id: str) -> int:
        """Return how many days an original of a source is kept."""
        own = self.sources.get(source_id, self).originals_days
        return self.originals_days if own is None else own

    def years(self, source_id: str) -> int:
        """Return how many years a row of a source is kept."""
        return self.sources.get(source_id, self).rows_years or self.rows_years

    def kept_since(self, source_id: str, as_of: date) -> date:
        """Return the first day of which every row of a source is still kept."""
        return _years_after(as_of, -self.years(source_id))


@dataclass
class Expired:
    """What went because its term was over: numbers per source, and deliveries now lost."""

    originals: int = 0
    landed: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        """Give in Dutch what a person should know of it."""
        if self.rows:
            counts = ", ".join(f"{id_} {dutch.number(n)}" for id_, n in self.rows.items())
            yield f"Rijen ouder dan hun bewaartermijn verwijderd: {counts}."
        for name in self.lost:
            yield (
                f"Het origineel van {name}, die vastgehouden wordt, is na de bewaartermijn "
                "vernietigd. Vraag de leverancier om een nieuwe levering."
            )
        for source_id in self.unknown:
            yield (
                f"settings.toml heeft bewaartermijnen voor '{source_id}', maar die bron is er "
                "niet. Schrijf het id van het contract."
            )


class Retention:
    """Applies the terms on one business date."""

    def __init__(self, home: Home, contracts: Contracts, terms: Terms, as_of: date) -> None:
        self._home, self._terms, self._as_of = home, terms, as_of
        self._contracts, self._unusable = contracts.usable, contracts.unusable
        self._ledger = Ledger(home.ledger_file)

    def apply(self) -> Expired:
        """Remove everything whose term is over, and say what went."""
        known = {each.source_id for each in self._contracts}
        known |= {each.source_id for each in self._unusable}
        expired = Expired(unknown=sorted(self._terms.sources.keys() - known))
        self._destroy_originals(expired)
        self._remove_superseded(expired)
        self._remove_rows(expired)
        return expired

    def original_until(self, source_id: str, delivery_id: str) -> date:
        """Return the last day on which an original is kept."""
        received_on = self._received_on(source_id, delivery_id)
        return received_on + timedelta(days=self._terms.days(source_id))

    def rows_until(self, landed: LandedFile, rows: pa.Table) -> pa.Date32Array:
        """Return of every row the last day on which it is kept; ENDLESS as long as it runs.

        A term begins at the date that the raw table declares, and at the end of the trajectory of
        the row if that is later. A row without a date that can be read begins at its delivery, one
        with a date that cannot be when it was registered.
        """
        contract = landed.contract
        delivered_on = self._delivered_on(landed)
        begins = pa.array([delivered_on] * len(rows), pa.date32())
        if contract:
            begins = self._declared(contract, rows, begins)
            if TRAJECTORY_ID in rows.column_names:
                ends = map_distinct(
                    rows[TRAJECTORY_ID].combine_chunks(), self._trajectory_ends.get, pa.date32()
                )
                # A newer delivery knows the end of a trajectory that runs in an older one.
                is_owner = contract.table.table_name == OWNERS
                begins = (
                    pc.coalesce(ends, begins) if is_owner else pc.max_element_wise(ends, begins)
                )
        until = partial(_years_after, years=self._terms.years(landed.source_id))
        return map_distinct(begins, until, pa.date32())

    def _declared(
        self, contract: SourceContract, rows: pa.Table, delivered_on: pa.Date32Array
    ) -> pa.Date32Array:
        declared = contract.table.declaration.get("meta", {})
        if "retention" not in declared:
            # A list of the organisation itself, such as its postcodes.
            return pa.array([ENDLESS] * len(delivered_on), pa.date32())
        name = declared["retention"]
        parsed = _parsed(contract, rows, name)
        if parsed is None:
            return delivered_on
        dates = parsed.values
        if recorded := _parsed(contract, rows, _RECORDED_ON):
            is_impossible = pc.less(dates, pa.scalar(FIRST_POSSIBLE_DAY, pa.date32()))
            when_registered = pc.max_element_wise(dates, recorded.values)
            dates = pc.if_else(pc.fill_null(is_impossible, False), when_registered, dates)
        if declared.get("runs_while_empty"):
            is_empty = pc.and_(pc.is_null(dates), pc.is_null(parsed.reasons))
            dates = pc.if_else(is_empty, pa.scalar(ENDLESS, pa.date32()), dates)
        is_malformed = pc.is_valid(rows[_ROW_FAULT].combine_chunks())
        dates = pc.if_else(is_malformed, pa.scalar(None, pa.date32()), dates)
        return pc.coalesce(dates, delivered_on)

    @cached_property
    def _trajectory_ends(self) -> dict[str, date]:
        """Return when every trajectory ended by its newest delivery, ENDLESS if it did not."""
        ends: dict[str, date] = {}
        for landed in self._contributing:
            if landed.contract and landed.table_name == OWNERS:
                declared = landed.contract.table.declaration["meta"]["retention"]
                for rows in landed.pieces((TRAJECTORY_ID, declared, _RECORDED_ON, _ROW_FAULT)):
                    if TRAJECTORY_ID in rows.column_names:
                        unknown = pa.array([self._delivered_on(landed)] * len(rows), pa.date32())
                        dates = self._declared(landed.contract, rows, unknown)
                        ids = rows[TRAJECTORY_ID].to_pylist()
                        # A row may lack its number.
                        ends |= {
                            id_: ended_on
                            for id_, ended_on in zip(ids, dates.to_pylist(), strict=True)
                            if id_
                        }
        return ends

    @cached_property
    def _contributing(self) -> list[LandedFile]:
        """Return the files that count; a source without a contract counts no more.

        As long as a contract cannot be used nobody knows which source is without one.
        """
        files = landed_files(self._home, self._contracts)
        return [
            landed
            for landed in contributing_files(files, self._ledger, self._as_of)
            if landed.contract or self._unusable
        ]

    def _destroy_originals(self, expired: Expired) -> None:
        for folder in sorted(self._home.originals.iterdir()):
            over = [
                delivery_id
                for delivery_id in Originals(self._home, folder.name).delivery_ids()
                if self.original_until(folder.name, delivery_id) < self._as_of
            ]
            if over:
                held = waiting(self._home, folder.name, over)
                expired.lost += [each.first.file_name for each in held]
                why = f"bewaartermijn van {self._terms.days(folder.name)} dagen"
                destroy_originals(self._home, folder.name, over, why)
                expired.originals += len(over)

    def _remove_superseded(self, expired: Expired) -> None:
        """Remove landed deliveries of which nothing counts any more, as late as their originals."""
        in_use = {landed.path for landed in self._contributing}
        for landed in landed_files(self._home, self._contracts):
            until = self.original_until(landed.source_id, landed.delivery_id)
            is_of_later = self._delivered_on(landed) > self._as_of
            if landed.path not in in_use and not is_of_later and until < self._as_of:
                landed.path.unlink()
                expired.landed += 1

    def _remove_rows(self, expired: Expired) -> None:
        """Remove rows whose term is over; a client stays while any other row is about him."""
        in_use = sorted(self._contributing, key=lambda landed: landed.table_name == CLIENTS)
        for landed in in_use:
            if landed.contract and not self._stays_whole(landed):
                keep = partial(self._kept, landed)
                gone = rewrite(self._home, landed, keep, why="expired", metadata={})
                expired.rows[landed.source_id] = expired.rows.get(landed.source_id, 0) + gone

    def _stays_whole(self, landed: LandedFile) -> bool:
        declared = landed.contract.table.declaration.get("meta", {}) if landed.contract else {}
        began = declared.get("retention", _ROW_FAULT)
        names = (began, _RECORDED_ON, TRAJECTORY_ID, CLIENT_ID, _ROW_FAULT)
        return all(pc.all(self._stays(landed, rows)).as_py() for rows in landed.pieces(names))

    def _kept(self, landed: LandedFile, rows: pa.Table) -> pa.Table:
        return rows.filter(self._stays(landed, rows))

    def _stays(self, landed: LandedFile, rows: pa.Table) -> pa.BooleanArray:
        stays = pc.greater_equal(self.rows_until(landed, rows), pa.scalar(self._as_of, pa.date32()))
        if landed.table_name == CLIENTS and CLIENT_ID in rows.column_names:
            clients = rows[CLIENT_ID].combine_chunks()
            stays = pc.or_(stays, pc.is_in(clients, value_set=self._clients_elsewhere))
        return stays

    @cached_property
    def _clients_elsewhere(self) -> pa.StringArray:
        """Return the clients that rows of other tables are still about, once those are done."""
        found: set[str] = set()
        for landed in self._contributing:
            if landed.table_name != CLIENTS:
                for rows in landed.pieces((CLIENT_ID,)):
                    if CLIENT_ID in rows.column_names:
                        found |= set(pc.unique(rows[CLIENT_ID]).drop_null().to_pylist())
        return pa.array(sorted(found), pa.string())

    def _received_on(self, source_id: str, delivery_id: str) -> date:
        for delivery in self._ledger.deliveries(source_id, date.max):
            if delivery.delivery_id == delivery_id:
                return delivery.received_on
        return _day_in(delivery_id)

    def _delivered_on(self, landed: LandedFile) -> date:
        for delivery in self._ledger.deliveries(landed.source_id, date.max):
            if delivery.delivery_id == landed.delivery_id:
                return delivery.delivered_on
        return _day_in(landed.delivery_id)


def _day_in(delivery_id: str) -> date:
    """Return the day in the id of a delivery that the ledger does not know."""
    return date.fromisoformat(delivery_id[:8])


def _parsed(contract: SourceContract, rows: pa.Table, name: str) -> ParsedColumn | None:
    """Return a column as its contract says; None when the source does not deliver it."""
    column = next((each for each in contract.landed_columns if each.name == name), None)
    if column is None or name not in rows.column_names:
        return None
    return parse_column(rows[name].combine_chunks(), column, contract)


def _years_after(day: date, years: int) -> date:
    if day == ENDLESS:
        return day
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February in a year without one
        return date(day.year + years, 3, 1)
