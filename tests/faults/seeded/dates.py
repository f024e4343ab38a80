"""Dates as they are typed, exported and mangled."""

from collections.abc import Iterator
from datetime import date

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._tables import CLIENTS, CONTACTS, PROJECTS, text, with_cell

DAY_FIRST = {
    "5-1-2026": date(2026, 1, 5),
    "1-2-2026 ": date(2026, 2, 1),
    "05-01-2026": date(2026, 1, 5),
    "29-02-2024": date(2024, 2, 29),
    "01-01-1900": date(1900, 1, 1),
    "29-02-2025": None,
    "31-02-2026": None,
    "00-00-0000": None,
    "00-00-1980": None,
    "01-13-2026": None,
    "2026-01-05": None,
    "05/01/2026": None,
    "05.01.2026": None,
    "05-01-26": None,
    "05-01-0202": None,
    "05-01-20266": None,
    "31-12-9999": None,
    "05-01-2026 14:30": None,
    "5 januari 2026": None,
    "45292": None,
    "##########": None,
    "onbekend": None,
}
# The declared format, what is written, and what it means.
OTHER_FORMATS = (
    ("%d/%m/%Y", "5/1/2026", date(2026, 1, 5)),
    ("%d/%m/%y", "5/1/26", date(2026, 1, 5)),
    ("%Y%m%d", "20260105", date(2026, 1, 5)),
    ("%Y%m%d", "2026105", None),
    ("%Y-%m-%d", "2026-01-05", date(2026, 1, 5)),
    ("%Y-%m-%d", "05-01-2026", None),
    ("%Y-%m-%dT%H:%M:%S", "2026-01-05T23:59:59", date(2026, 1, 5)),
    ("%Y-%m-%dT%H:%M:%S%z", "2026-01-05T23:30:00Z", date(2026, 1, 6)),
    ("%d-%m-%Y %H:%M", "05-01-2026 14:30", date(2026, 1, 5)),
    ("%d-%b-%Y", "5-mrt-2026", date(2026, 3, 5)),
    ("%d-%b-%Y", "05-MEI-2026", date(2026, 5, 5)),
    ("%d-%b-%Y", "05-oct-2026", date(2026, 10, 5)),
    ("%d %B %Y", "5 maart 2026", date(2026, 3, 5)),
    ("%d %b %Y", "5 sept. 2026", date(2026, 9, 5)),
    ("%A %d-%m-%Y", "maandag 05-01-2026", date(2026, 1, 5)),
    ("%d-%b-%Y", "31-feb-2026", None),
    ("%d-%b-%Y", "5-mrz-2026", None),
)


def files() -> Iterator[DirtyFile]:
    for written, read in DAY_FIRST.items():
        yield with_cell(
            f"date {written!r}",
            CONTACTS,
            ("Datum", written),
            value=("contact_on", read) if read else None,
            rejected=None if read else ("contact_on", "geen datum"),
        )
    for date_format, written, read in OTHER_FORMATS:
        yield in_format(date_format, written, read)
    yield from open_ends()
    yield from serials()
    yield from birth_dates()
    rows = [[*row[:4], f"2025-12-{n:02d}", *row[5:]] for n, row in enumerate(CONTACTS.rows(), 1)]
    yield DirtyFile(
        "another date format than declared",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Held("S10", ["contact_on", "12 van 12 cellen passen niet", "datumnotatie"]),
    )
    # The first twelve fit both ways; only the others tell.
    rows = [CONTACTS.row(n, {"Datum": f"12-{n:02d}-2025"}) for n in range(1, 15)]
    yield DirtyFile(
        "days and months the other way round",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Held("S10", ["'Datum'", "dag en maand staan andersom", "dateFormat"]),
    )
    yield with_cell(
        "a required date that is empty",
        CONTACTS,
        ("Geregistreerd", " "),
        rejected=("recorded_on", "verplicht en leeg"),
    )


def in_format(date_format: str, written: str, read: date | None) -> DirtyFile:
    """Return a file in which every date is 1 September 2025 in this format, and one is not."""
    ordinary = date(2025, 9, 1).strftime(date_format).replace("+0000", "")
    ordinary += "Z" if "%z" in date_format else ""
    rows = [PROJECTS.row(n, {"Start": written if n == 4 else ordinary}) for n in range(1, 13)]
    truths = [PROJECTS.truth(n) for n in range(1, 13) if n != 4 or read]
    if read:
        truths[3]["started_on"] = read
    return DirtyFile(
        f"date {written!r} by {date_format}",
        PROJECTS.contract(dateFormat=date_format),
        text(rows, PROJECTS.header).encode(),
        Taken(truths, rejected={} if read else {5: ("started_on", "geen datum")}),
    )


def open_ends() -> Iterator[DirtyFile]:
    for name, written, value in (
        ("that says no end", "31-12-9999", None),
        ("that is an end, beside the one that says no end", "31-12-2025", date(2025, 12, 31)),
    ):
        yield with_cell(
            f"a date {name}",
            PROJECTS,
            ("Einde", written),
            value=("ended_on", value),
            openEndDate="31-12-9999",
        )
    yield with_cell(
        "a required date that says no end",
        CONTACTS,
        ("Geregistreerd", "31-12-2999"),
        rejected=("recorded_on", "verplicht en leeg"),
        openEndDate="31-12-2999",
    )


def serials() -> Iterator[DirtyFile]:
    for written, read in (("45292", date(2024, 1, 1)), ("60", None), ("45292,5", date(2024, 1, 1))):
        yield with_cell(
            f"Excel serial {written!r} as declared",
            CONTACTS,
            ("Datum", written),
            value=("contact_on", read) if read else None,
            rejected=None if read else ("contact_on", "geen datum"),
            excelSerialDates=True,
        )
    rows = [[*row[:4], str(46000 + n), *row[5:]] for n, row in enumerate(CONTACTS.rows(), 1)]
    yield DirtyFile(
        "Excel serials everywhere that were not declared",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Held("S10", ["contact_on", "12 van 12"]),
    )


def birth_dates() -> Iterator[DirtyFile]:
    for written, year in (
        ("00-00-1980", 1980),
        ("00-07-1980", 1980),
        ("1-1-1900", 1900),
        ("00-00-0000", None),
        ("31-02-1980", None),
        ("17-03-85", None),
        ("1985", None),
    ):
        yield with_cell(
            f"birth date {written!r}",
            CLIENTS,
            ("Geboren", written),
            value=("birth_year", year) if year else None,
            rejected=None if year else ("birth_year", "geen datum"),
        )
