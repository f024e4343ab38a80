"""Who may read what: operator, analyst and reader, by the rights of folders and files.

Each role is a process with the rights of that role, which tries to open every file of a home. The
operator is who the night runs as; there the keys are, and nobody else gets at them.
"""

import grp
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exports.release import publish
from ingest.home import Home
from tests.unit.small_organisation import new_organisation
from tests.unit.test_release import build, facts

NOBODY = 65534
ANALYSTS = 54321
# What each role may open, besides what the organisation itself puts at the top of its home.
READER = {"contracts", "releases"}
ANALYST = READER | {"landing", "raw", "warehouse", "frozen", "logs", "dagster"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try the rights of others")


@pytest.fixture
def home() -> Iterator[Home]:
    """A home with a delivery and a release, of which a group may do the work of analysts."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    organisation = new_organisation(place)
    home = organisation.home
    organisation.deliver(date(2026, 1, 5))
    organisation.night(date(2026, 1, 5))
    organisation.deliver(date(2026, 1, 6))
    publish(home, build(home.warehouse_file), facts("r1"))
    for folder in (home.landing, home.raw, home.warehouse, home.frozen, home.logs, home.dagster):
        os.chown(folder, -1, ANALYSTS)
    yield home
    shutil.rmtree(place)


def opened(home: Home, groups: list[int]) -> set[str]:
    """Return in which folders of the home a stranger in these groups can open a file."""
    script = 'while IFS= read -r file; do head -c 1 "$file" >/dev/null && echo "$file"; done'
    files = [str(file) for file in home.root.rglob("*") if file.is_file()]
    done = subprocess.run(
        ["bash", "-c", f"{script}; true"],
        input="".join(f"{file}\n" for file in files),
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        user=NOBODY,
        group=NOBODY,
        extra_groups=groups,
    )
    return {Path(line).relative_to(home.root).parts[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(("may_open", "groups"), [(ANALYST, [ANALYSTS]), (READER, [])])
def test_a_role_opens_what_is_its_work_and_nothing_else(
    home: Home, may_open: set[str], groups: list[int]
) -> None:
    found = opened(home, groups)
    assert found <= may_open | {"run.lock"}
    assert "releases" in found
    assert ("landing" in found) is (may_open == ANALYST)
    assert not found & {"keys", "inbox", "originals"}


def test_folders_that_are_there_keep_the_rights_that_somebody_gave_them(home: Home) -> None:
    home.inbox.chmod(0o730)
    home.create()
    assert home.inbox.stat().st_mode & 0o777 == 0o730


def test_the_group_of_this_test_is_nobodys() -> None:
    assert ANALYSTS not in {group.gr_gid for group in grp.getgrall()}
