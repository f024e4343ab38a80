"""Releases that are kept: which there are, back to a former one, away with the oldest."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exports.feedback import TEAM
from exports.files import AUDIENCE, MANIFEST, files, read_manifest, sha256
from exports.release import ReleaseError, current_release, switch
from ingest.home import Home


@dataclass(frozen=True)
class KeptRelease:
    """A whole release on disk: the day of its figures, its size in bytes, if it is shown."""

    run_id: str
    as_of: date
    size: int
    is_published: bool


def kept_releases(home: Home) -> list[KeptRelease]:
    """Return every whole release, the newest first."""
    published = current_release(home)
    return [
        KeptRelease(
            run_id=folder.name,
            as_of=date.fromisoformat(read_manifest(folder / AUDIENCE)["as_of"]),
            size=sum(file.stat().st_size for file in files(folder)),
            is_published=folder == published,
        )
        for folder in _whole(home)
    ]


def roll_back(home: Home, run_id: str | None = None) -> str:
    """Point `published` at a former release, by default the one before, until the next night.

    The caller holds the run lock. Nothing is removed, and what teams have to mend goes along: it
    is that of the newest night, whichever figures are shown. Returns a Dutch sentence.

    Raises:
        ReleaseError: there is no such release, or a file of it is not as it was published.

    """
    published = current_release(home)
    candidates = [folder for folder in _whole(home) if folder != published]
    if run_id is None:
        older = [each for each in candidates if published is None or each.name < published.name]
        candidates = older[:1]
    else:
        candidates = [each for each in candidates if each.name == run_id]
    if not candidates:
        wanted = "Er is geen eerdere uitgave" if run_id is None else f"Er is geen uitgave {run_id}"
        raise ReleaseError(
            f"{wanted} om naar terug te gaan. 'impactkompas releases' noemt wat er bewaard is."
        )
    [folder] = candidates
    if damaged := damaged_files(folder / AUDIENCE):
        raise ReleaseError(
            f"Uitgave {folder.name} is niet meer zoals zij was: {', '.join(damaged)}. Kies een "
            "andere; wat nu gepubliceerd is blijft staan."
        )
    switch(home, folder.name)
    if published is not None and (published / TEAM).is_dir():
        (published / TEAM).rename(folder / TEAM)
    return (
        f"Gepubliceerd is nu uitgave {folder.name}. De volgende nacht publiceert weer een nieuwe: "
        "herstel voor die tijd waarom u terugging, of zet het rooster stil."
    )


def retire(home: Home, keep: int) -> list[str]:
    """Remove all but the `keep` newest releases, never the published one; return which went.

    Who still has a file of one open reads on until it is closed.
    """
    published = current_release(home)
    old = [folder for folder in _whole(home)[keep:] if folder != published]
    for folder in old:
        # First out of sight as a whole: half a release is none.
        leaving = folder.rename(folder.with_name(f"{folder.name}.partial"))
        shutil.rmtree(leaving)
    return [folder.name for folder in old]


def _whole(home: Home) -> list[Path]:
    """Return the folders of whole releases; a run id is its moment, so the newest comes first."""
    found = home.releases.resolve().glob(f"*/{AUDIENCE}/{MANIFEST}")
    folders = [manifest.parents[1] for manifest in found]
    return sorted((each for each in folders if each.suffix != ".partial"), reverse=True)


def damaged_files(folder: Path) -> list[str]:
    """Return the files of a release that are gone or other than its manifest says."""
    return [
        name
        for name, known in read_manifest(folder)["sha256"].items()
        if not (folder / name).is_file() or sha256(folder / name) != known
    ]
