"""The build database from night to night: when the former one may be built on, and when it goes.

dbt itself sees which tables of it are still what building them would give (macros `kept.sql`).
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import duckdb

from ingest.home import Home
from orchestration.dbt import project_key

_ENGINES = ("dbt-core", "dbt-duckdb", "duckdb")


class KeptBuild:
    """The build database of a home, and beside it the key of what it was made with."""

    def __init__(self, home: Home) -> None:
        self._database = home.warehouse_file
        self._key_file = Path(f"{self._database}.key")

    def clear(self) -> None:
        """Remove the build database, the key first: without a key it is never built on."""
        for file in (self._key_file, self._database, Path(f"{self._database}.wal")):
            file.unlink(missing_ok=True)

    def keep_if(self, *parts: str) -> bool:
        """Say whether the former build is kept; it goes when anything is not as it was.

        `parts` is what makes it another build, beside the project and the versions under it.
        """
        made_with = (project_key(), *map(version, _ENGINES), *parts)
        key = hashlib.sha256("\n".join(made_with).encode()).hexdigest()
        if self._key() == key and self._is_whole():
            return True
        self.clear()
        self._key_file.write_text(key, encoding="utf-8")
        return False

    @contextmanager
    def in_doubt(self) -> Iterator[None]:
        """Take the key away until what is inside ended well, or said clear().

        A table that is replaced leaves its bytes in the file. So a build goes when rows left the
        home, also when the night was killed before it could say so.
        """
        key = self._key()
        self._key_file.unlink(missing_ok=True)
        yield
        if key and self._database.exists():
            self._key_file.write_text(key, encoding="utf-8")

    def _key(self) -> str:
        return self._key_file.read_text(encoding="utf-8") if self._key_file.exists() else ""

    def _is_whole(self) -> bool:
        """Say whether the file opens and is not mostly what replaced tables left."""
        if not self._database.exists():
            return False
        try:
            with duckdb.connect(str(self._database)) as connection:
                connection.execute("checkpoint")
                blocks = connection.execute(
                    "select used_blocks, free_blocks from pragma_database_size()"
                ).fetchone()
        except duckdb.Error:
            return False
        return blocks is not None and blocks[1] <= blocks[0]
