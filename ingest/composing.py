"""The raw file of a source, composed from its accepted deliveries whatever the order they came in.

A newer delivery replaces the rows that it is authority for. Of what is then left the newest row
with a key counts; a rejected row hides nothing and is hidden by a newer good one.
"""

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.contracts import SourceContract
from ingest.home import Home, replace_durably
from ingest.ledger import Delivery
from ingest.raw_tables import raw_tables
from ingest.typed import RowGroups, provenance, write_scale, write_typed


@dataclass(frozen=True)
class TypedDelivery:
    """The files with the typed rows of one delivery, and with the keys of those that are good."""

    rows: Path
    keys: Path


@dataclass(frozen=True)
class _MadeOf:
    """What a raw file says of itself."""

    delivery_ids: list[str]
    contract: str
    hidden_rows: int


@dataclass(frozen=True)
class _Replaced:
    """The days of which the rows of a delivery no longer count; no days: all of them."""

    delivery_id: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Composition:
    """The raw file of one contract: what it is made of, and how it is made."""

    home: Home
    contract: SourceContract

    @property
    def raw_file(self) -> Path:
        """Return the file that dbt reads."""
        return self.contract.table.folder(self.home.raw) / f"{self.contract.source_id}.parquet"

    @property
    def _spill(self) -> Path:
        return self.raw_file.with_suffix(".spill")

    def landing_file(self, delivery_id: str) -> Path:
        """Return the file with the landed rows of a delivery."""
        return self.home.landing / self.contract.source_id / f"{delivery_id}.parquet"

    def typed(self, delivery_id: str) -> TypedDelivery:
        """Return where the typed rows of a delivery are while a night works on them."""
        stem = f"{self.contract.source_id}.{delivery_id}"
        return TypedDelivery(
            self.raw_file.with_name(f"{stem}.candidate"), self.raw_file.with_name(f"{stem}.keys")
        )

    def sweep(self) -> None:
        """Remove what is only there while a night works."""
        self.raw_file.parent.mkdir(parents=True, exist_ok=True)
        for suffix in ("candidate", "keys"):
            for file in self.raw_file.parent.glob(f"{self.contract.source_id}.*{suffix}"):
                file.unlink()
        shutil.rmtree(self._spill, ignore_errors=True)

    def is_made_of(self, deliveries: Sequence[Delivery]) -> bool:
        """Say whether the raw file is as these deliveries and the contract say."""
        made_of = self._made_of()
        return (
            made_of is not None
            and made_of.contract == self.contract.digest
            and made_of.delivery_ids == [each.delivery_id for each in deliveries]
        )

    def compose(self, deliveries: Sequence[Delivery], known: Sequence[Delivery]) -> None:
        """Make the raw file of these deliveries, oldest first; `known` are all of the source.

        What is already in it stays where that gives the same; the rest is typed from landing,
        unless this night did so already.
        """
        made_of = self._made_of()
        added = self._laid_on_top(made_of, deliveries, known) if made_of else None
        if made_of is None or added is None:
            made_of, added = _MadeOf([], self.contract.digest, 0), deliveries
        for delivery in added:
            self._type(delivery)
        typed = [self.typed(delivery.delivery_id) for delivery in added]
        former = [self.raw_file] if made_of.delivery_ids else []
        files = [*former, *(each.rows for each in typed)]
        candidate = self.raw_file.with_suffix(".candidate")
        if len(files) == 1 and not self.contract.operation:
            files[0].replace(candidate)
        else:
            ids = [*made_of.delivery_ids, *(each.delivery_id for each in deliveries)]
            left_out = self._left_out(
                files,
                # The oldest delivery has none before it that its keys could hide.
                [each.keys for each in (typed if former else typed[1:] or typed)],
                list(dict.fromkeys(ids)),
                _replaced(made_of.delivery_ids, deliveries, added),
            )
            hidden_rows = made_of.hidden_rows + (pc.sum(left_out["is_hidden"]).as_py() or 0)
            self._write(candidate, files, left_out, deliveries, hidden_rows)
        self._publish(candidate, deliveries[-1].delivery_id)
        self.sweep()

    def _laid_on_top(
        self, made_of: _MadeOf, deliveries: Sequence[Delivery], known: Sequence[Delivery]
    ) -> Sequence[Delivery] | None:
        """Return the deliveries to lay on top of the raw file, or None if it must be made anew.

        It must when a delivery is slotted in, when the contract changed, and when rows are replaced
        while others are hidden: a hidden row comes back when the row that hid it goes.
        """
        ids = [each.delivery_id for each in deliveries]
        kept = [each for each in made_of.delivery_ids if each in ids]
        if made_of.contract != self.contract.digest or not kept or ids[: len(kept)] != kept:
            return None
        coverages = {each.delivery_id: each.coverage for each in known}
        added = deliveries[len(kept) :]
        for former in made_of.delivery_ids:
            if former not in coverages:
                return None
            is_replaced = any(each.coverage.replaces(coverages[former]) for each in added)
            if former not in ids and not is_replaced:
                return None
            has_replaced_rows = is_replaced or any(
                each.coverage.replaced_days(coverages[former]) for each in added
            )
            if has_replaced_rows and made_of.hidden_rows:
                return None
        return added

    def _type(self, delivery: Delivery) -> None:
        typed = self.typed(delivery.delivery_id)
        if not typed.rows.exists():
            write_typed(
                self.landing_file(delivery.delivery_id),
                self.contract,
                typed.rows,
                delivery.delivery_id,
                coverage=delivery.coverage,
                keys_file=typed.keys,
            )

    def _left_out(
        self,
        files: Sequence[Path],
        keys: Sequence[Path],
        places: Sequence[str],
        replaced: Sequence[_Replaced],
    ) -> pa.Table:
        """Return file and position of the rows that do not count, and whether they are hidden."""
        key = ", ".join(f'"{name}"' for name in self.contract.delivered_key)
        day = self.contract.coverage_column
        in_days = f'or judged."{day}" between replaced.first_day and replaced.last_day'
        is_replaced = f"""exists (
            select 1 from replaced
            where replaced.delivery_id = judged.delivery_id
                and (replaced.first_day is null {in_days if day else ""})
        )"""
        # What is spilled is pseudonymised, and stays inside the home.
        spill = str(self._spill)
        with duckdb.connect(
            config={"temp_directory": spill, "memory_limit": "256MB"}
        ) as connection:
            connection.register(
                "places", pa.table({"delivery_id": places, "place": range(len(places))})
            )
            connection.register("replaced", _replaced_table(replaced))
            connection.register(
                "files",
                pa.table({"filename": [str(file) for file in files], "file": range(len(files))}),
            )
            return connection.execute(
                f"""
                with newest as (
                    select {key}, max(places.place) as place
                    from read_parquet($keys) as judged
                    inner join places using (delivery_id)
                    where not {is_replaced}
                    group by {key}
                ),
                judged as (
                    select
                        files.file,
                        judged.file_row_number as position,
                        {is_replaced} as is_replaced,
                        judged.operation = 'delete' and judged.reject_reason is null as is_delete,
                        coalesce(newest.place > places.place, false) as has_newer
                    from read_parquet($files, filename = true, file_row_number = true) as judged
                    inner join files using (filename)
                    inner join places using (delivery_id)
                    left join newest using ({key})
                )
                select
                    file,
                    position,
                    has_newer and not is_replaced and not is_delete as is_hidden
                from judged
                where is_replaced or is_delete or has_newer
                order by file, position
                """,
                {"files": [str(file) for file in files], "keys": [str(file) for file in keys]},
            ).fetch_arrow_table()

    def _write(
        self,
        candidate: Path,
        files: Sequence[Path],
        left_out: pa.Table,
        deliveries: Sequence[Delivery],
        hidden_rows: int,
    ) -> None:
        """Write the rows that count, delivery after delivery, each in the order of its file."""
        ids = [each.delivery_id for each in deliveries]
        schema = self.contract.table.schema()
        made_of = provenance(self.contract, ids, hidden_rows)
        with closing(RowGroups(candidate, schema.with_metadata(made_of))) as raw:
            for number, file in enumerate(files):
                of_file = left_out.filter(pc.equal(left_out["file"], number))
                positions = of_file["position"].to_numpy()
                start = 0
                with pq.ParquetFile(file) as rows:
                    for group in range(rows.num_row_groups):
                        part = rows.read_row_group(group).replace_schema_metadata(made_of)
                        first, last = np.searchsorted(positions, (start, start + len(part)))
                        counts = np.ones(len(part), np.bool_)
                        counts[positions[first:last] - start] = False
                        raw.write(part.filter(pa.array(counts)))
                        start += len(part)

    def _publish(self, candidate: Path, delivery_id: str) -> None:
        if self.contract.scale:
            folder = raw_tables()["survey", "answer_scales"].folder(self.home.raw)
            folder.mkdir(parents=True, exist_ok=True)
            scale_file = folder / f"{self.contract.source_id}.parquet"
            scale_candidate = scale_file.with_suffix(".candidate")
            write_scale(self.contract.scale, self.contract, scale_candidate, delivery_id)
            replace_durably(scale_candidate, scale_file)
        replace_durably(candidate, self.raw_file)

    def _made_of(self) -> _MadeOf | None:
        """Return what the raw file is made of; None if it is not there or of other columns."""
        if not self.raw_file.exists():
            return None
        schema = pq.read_schema(self.raw_file)
        known = schema.metadata or {}
        if b"deliveries" not in known or not schema.equals(self.contract.table.schema()):
            return None
        return _MadeOf(
            known[b"deliveries"].decode().split(),
            known[b"contract"].decode(),
            int(known[b"hidden_rows"]),
        )


def _replaced(
    former_ids: Sequence[str], deliveries: Sequence[Delivery], added: Sequence[Delivery]
) -> list[_Replaced]:
    """Return which rows of these deliveries a newer one among `added` is authority for."""
    ids = {each.delivery_id for each in deliveries}
    gone = [_Replaced(former) for former in former_ids if former not in ids]
    first_added = len(deliveries) - len(added)
    in_part = [
        _Replaced(older.delivery_id, *days)
        for place, newer in enumerate(deliveries[first_added:], start=first_added)
        if newer.coverage.kind == "period"
        for older in deliveries[:place]
        if (days := newer.coverage.replaced_days(older.coverage))
    ]
    return gone + in_part


def _replaced_table(replaced: Sequence[_Replaced]) -> pa.Table:
    schema = pa.schema(
        {"delivery_id": pa.string(), "first_day": pa.date32(), "last_day": pa.date32()}
    )
    return pa.Table.from_pylist([vars(each) for each in replaced], schema)
