"""Writes what is in the lock file as a CycloneDX bill of materials: `python docs/sbom.py`."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "sbom.cdx.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str, name: str, version: str) -> dict[str, object]:
    """Return the bill of materials of a lock file, sorted as the lock file is."""
    components: list[dict[str, object]] = []
    hashes: list[dict[str, str]] = []
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            library, number = pinned[1], pinned[2]
            hashes = []
            reference = f"pkg:pypi/{re.sub(r'[-_.]+', '-', library).lower()}@{number}"
            components.append(
                {
                    "type": "library",
                    "bom-ref": reference,
                    "name": library,
                    "version": number,
                    "purl": reference,
                    "hashes": hashes,
                }
            )
        hashes += [{"alg": "SHA-256", "content": found} for found in _HASH.findall(line)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version}},
        "components": components,
    }


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made = bill(locked, project["name"], project["version"])
    TARGET.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(made['components'])} libraries")  # type: ignore[arg-type]
