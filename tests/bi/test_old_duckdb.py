"""A release opens in a DuckDB of years ago: that is what drivers of BI tools have inside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from exports.release import publish
from exports.tables import published_tables
from ingest.home import Home
from tests.unit.test_release import build, facts

OLD = Path(__file__).parents[2] / ".venv" / "bi" / "duckdb-1.1"
_LOOK = """
import json, sys
sys.path.insert(0, sys.argv[1])
import duckdb
with duckdb.connect(sys.argv[2], read_only=True) as connection:
    tables = connection.execute("select table_name, comment from duckdb_tables()").fetchall()
    counts = {name: connection.table(name).count("*").fetchall()[0][0] for name, _ in tables}
    values = connection.execute("select kpi_id, cast(value as integer), status from kpi_value")
    commented = all(text for _, text in tables)
    print(json.dumps([duckdb.__version__, counts, commented, values.fetchall()]))
"""


def test_duckdb_1_1_opens_impact_duckdb(tmp_path: Path) -> None:
    if not OLD.is_dir():
        pytest.skip("DuckDB 1.1 is not there: run `make bi-tools` where the package index is")
    home = Home(tmp_path / "home")
    home.create()
    result = publish(home, build(tmp_path / "build.duckdb"), facts("r1"))
    database = home.releases / "r1" / "intern" / "impact.duckdb"
    # Isolated, so that it is surely the old one that is imported.
    done = subprocess.run(
        [sys.executable, "-I", "-c", _LOOK, OLD, database],
        capture_output=True,
        text=True,
        check=True,
    )
    version, counts, has_comments, values = json.loads(done.stdout)
    assert version.startswith("1.1.")
    assert counts == result.rows
    assert set(counts) == {table.name for table in published_tables()}
    assert has_comments
    assert sorted(map(str, values)) == [
        "['E4.1.1', 15, 'getoond']",
        "['E4.1.1', 17, 'getoond']",
        "['E4.1.1', None, 'afgeschermd']",
    ]
