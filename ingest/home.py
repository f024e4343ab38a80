"""The folder that holds everything of one organisation."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The home of one organisation (IMPACTKOMPAS_HOME); every path of it is named here once."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Return the folder where deliveries come in and leave again."""
        return self.root / "inbox"

    @property
    def originals(self) -> Path:
        """Return the folder of the deliveries as they came, encrypted."""
        return self.root / "originals"

    @property
    def landing(self) -> Path:
        """Return the folder with the rows of every delivery as text, pseudonymised."""
        return self.root / "landing"

    @property
    def ledger_file(self) -> Path:
        """Return the append-only list of everything that happened to deliveries."""
        return self.landing / "ledger.jsonl"

    @property
    def open_data(self) -> Path:
        """Return the folder of the published figures as they were pulled, former revisions too."""
        return self.landing / "open_data"

    @property
    def raw(self) -> Path:
        """Return the folder of the typed Parquet files that dbt reads (disposable)."""
        return self.root / "raw"

    @property
    def warehouse(self) -> Path:
        """Return the folder of the build database and what belongs to a build (disposable)."""
        return self.root / "warehouse"

    @property
    def warehouse_file(self) -> Path:
        """Return the build database."""
        return self.warehouse / "build.duckdb"

    @property
    def spark_warehouse(self) -> Path:
        """Return the folder with a Parquet folder per table that Spark built."""
        return self.warehouse / f"{self.warehouse_file.name}.spark"

    @property
    def frozen(self) -> Path:
        """Return the folder with every figure ever released."""
        return self.root / "frozen"

    @property
    def contracts(self) -> Path:
        """Return the folder of the source contracts."""
        return self.root / "contracts"

    @property
    def definitions(self) -> Path:
        """Return the folder of the organisation's own definition lists."""
        return self.root / "definitions"

    @property
    def open_data_contracts(self) -> Path:
        """Return the folder of the contracts for open data that the organisation added."""
        return self.contracts / "open-data"

    @property
    def releases(self) -> Path:
        """Return the folder of the releases."""
        return self.root / "releases"

    @property
    def published(self) -> Path:
        """Return the pointer to the newest whole release."""
        return self.root / "published"

    def handed_out(self, audience: str) -> Path:
        """Return the folder of what a person released to an audience outside the organisation."""
        return self.root / audience

    @property
    def dagster(self) -> Path:
        """Return the folder of Dagster's own storage."""
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        """Return the folder of the logs."""
        return self.root / "logs"

    @property
    def silence_file(self) -> Path:
        """Return what remembers of which silence people were told."""
        return self.logs / "stilte.json"

    @property
    def clock_file(self) -> Path:
        """Return what the clock said when the last night began."""
        return self.logs / "klok.json"

    @property
    def keys(self) -> Path:
        """Return the folder of the keys, readable by the owner only."""
        return self.root / "keys"

    @property
    def settings_file(self) -> Path:
        """Return the settings of the organisation."""
        return self.root / "settings.toml"

    @property
    def meetplan_file(self) -> Path:
        """Return the workbook in which the organisation types what is in no system."""
        return self.root / "meetplan.xlsx"

    @property
    def meetplan_findings_file(self) -> Path:
        """Return the list of what the last night found in the meetplan."""
        return self.root / "meetplan-bevindingen.csv"

    @property
    def unknown_titles_file(self) -> Path:
        """Return the list of project titles that no project has, as of the last night."""
        return self.root / "onbekende-projecttitels.csv"

    @property
    def quality(self) -> Path:
        """Return the folder of what the last night found, in counts only (disposable)."""
        return self.root / "quality"

    @property
    def judged_release_file(self) -> Path:
        """Return what became of every rule for the newest release that was judged."""
        return self.quality / "release.json"

    @property
    def data_docs_file(self) -> Path:
        """Return the page that says what is expected, and what became of it."""
        return self.quality / "data_docs" / "index.html"

    def create(self) -> None:
        """Make the folders that do not exist yet, each for those whose work it is.

        What says who people are, or lets that be found, is for the owner only; pseudonymised rows
        and exact figures are for the group of the folder too; what is published is for everybody.
        A folder that is there keeps the rights that somebody gave it.
        """
        for mode, folders in (
            (0o700, (self.keys, self.inbox, self.originals)),
            (0o750, (self.landing, self.raw, self.warehouse, self.frozen, self.dagster, self.logs)),
            (0o755, (self.contracts, self.definitions, self.releases)),
        ):
            for folder in folders:
                if not folder.is_dir():
                    folder.mkdir(parents=True)
                    folder.chmod(mode)


def write_durably(file: Path, text: str) -> None:
    """Write a text, and its folder if need be, so that the file is whole or as it was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.new")
    temporary.write_text(text, encoding="utf-8")
    replace_durably(temporary, file)


def replace_durably(temporary: Path, final: Path) -> None:
    """Give a written file its final name, so that it is there whole, also after a power cut."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
