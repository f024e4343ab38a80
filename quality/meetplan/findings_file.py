"""The list of findings as people open it: a CSV beside the meetplan itself."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from quality.meetplan.plan import Finding, Severity

_COLUMNS = ("ernst", "regel", "blad", "rijen", "kolom", "bevinding")


def write_findings(file: Path, findings: Iterable[Finding]) -> None:
    """Write the findings in the layout that a Dutch Excel opens; whole, or not at all."""
    unfinished = file.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines, delimiter=";")
        writer.writerow(_COLUMNS)
        for each in findings:
            rows = " ".join(map(str, each.rows))
            writer.writerow(
                (each.severity, each.rule, each.sheet_name, rows, each.column, each.sentence)
            )
    unfinished.replace(file)


def read_findings(file: Path) -> list[Finding]:
    """Return the findings that the last night wrote; none when there is no file."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [
            Finding(
                rule=row["regel"],
                severity=cast(Severity, row["ernst"]),
                sheet_name=row["blad"],
                sentence=row["bevinding"],
                rows=tuple(map(int, row["rijen"].split())),
                column=row["kolom"],
            )
            for row in csv.DictReader(lines, delimiter=";")
        ]
