"""What went out at a measuring moment, in files nobody changes: a second time it is the same."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from exports.audience.selection import Audience
from exports.files import sync
from ingest.home import Home

_FOLDER = "released"
_FACTS = "release.json"


@dataclass(frozen=True)
class Kept:
    """What a moment released: rows per table, the verdict per KPI, of which night and when."""

    tables: Mapping[str, pa.Table]
    verdicts: Sequence[Mapping[str, Any]]
    run_id: str
    released_on: date


@dataclass(frozen=True)
class Frozen:
    """The place in frozen/ of one moment of one audience; stories are never in it."""

    folder: Path

    @classmethod
    def of(cls, home: Home, audience: Audience, code: str, moment: date) -> "Frozen":
        """Return the place of a moment in a home."""
        place = home.frozen / _FOLDER / audience / quote(code, safe="") / moment.isoformat()
        return cls(place)

    @property
    def exists(self) -> bool:
        """Tell whether this moment was released before."""
        return (self.folder / _FACTS).is_file()

    def read(self) -> Kept:
        """Return what this moment released."""
        facts = json.loads((self.folder / _FACTS).read_text(encoding="utf-8"))
        return Kept(
            tables={file.stem: pq.read_table(file) for file in self.folder.glob("*.parquet")},
            verdicts=facts["kpis"],
            run_id=facts["run_id"],
            released_on=date.fromisoformat(facts["released_on"]),
        )

    def write(self, kept: Kept) -> None:
        """Keep what this moment releases; it is there whole or not at all."""
        unfinished = self.folder.with_name(f"{self.folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for name, rows in kept.tables.items():
            pq.write_table(rows, unfinished / f"{name}.parquet")
        facts = {
            "run_id": kept.run_id,
            "released_on": kept.released_on.isoformat(),
            "kpis": kept.verdicts,
        }
        text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
        (unfinished / _FACTS).write_text(text, encoding="utf-8")
        for path in [*unfinished.iterdir(), unfinished]:
            sync(path)
        unfinished.rename(self.folder)
        sync(self.folder.parent)
