"""Amounts and counts as Dutch exports, spreadsheets and people write them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from tests.faults.dirty import DirtyFile, Held
from tests.faults.seeded._tables import BUDGETS, CONTACTS, text, with_cell

NOT_A_NUMBER = "geen getal"

# By decimal comma and thousands point; what is read, or None if the row is rejected.
WITH_POINT = {
    "1.234,50": "1234.50",
    "1.234": "1234",
    "1234,5": "1234.50",
    "1.234.567,89": "1234567.89",
    "€ 12,50": "12.50",
    "€1.250,00": "1250",
    "12,50 €": "12.50",
    "12,00-": "-12",
    "-12,00": "-12",
    "€ -12,00": "-12",
    "\u221212,00": "-12",
    "0012,50": "12.50",
    "12,500": "12.50",
    "1.23": None,
    "12.50": None,
    "1,234.50": None,
    "1e3": None,
    "1,2E+05": None,
    "-": None,
    "12,-": None,
    "#N/B": None,
    "#GETAL!": None,
    "n.v.t.": None,
    "onbekend": None,
    "12,50 euro": None,
    "-12,00-": None,
    "+12,00": None,
    "50%": None,
    "1.2345,00": None,
    "0.500": None,
    "000.500": None,
}  # fmt: skip
WITHOUT_POINT = {"1.234": None, "1234,50": "1234.50", "1 234,50": None}
WITH_SPACE = {"1 234,50": "1234.50", "1\u00a0234,50": "1234.50", "1\u202f234": "1234"}
ENGLISH = {"1,234.50": "1234.50", "1,234": "1234", "12.5": "12.50", "1.234,50": None}

COUNTS = {
    "60,00": 60,
    "1e3": None,
    "7,5": None,
    "2147483648": None,
    "1:30": None,
    "één uur": None,
    "²": None,
    "⑤": None,
    "½": None,
}


def files() -> Iterator[DirtyFile]:
    with_points = replace(
        BUDGETS,
        cells=lambda number: {
            name: cell.replace(",", ".") for name, cell in BUDGETS.cells(number).items()
        },
    )
    for name, table, decimal, thousands, amounts in (
        ("comma and point", BUDGETS, ",", ".", WITH_POINT),
        ("comma without point", BUDGETS, ",", "", WITHOUT_POINT),
        ("comma and space", BUDGETS, ",", " ", WITH_SPACE),
        ("point and comma", with_points, ".", ",", ENGLISH),
    ):
        for written, read in amounts.items():
            yield with_cell(
                f"amount {written!r}, {name}",
                table,
                ("Toegekend", written),
                value=("granted_eur", Decimal(read)) if read else None,
                rejected=None if read else ("granted_eur", NOT_A_NUMBER),
                encoding="utf-8",
                decimalSeparator=decimal,
                thousandsSeparator=thousands,
            )
    for written, count in COUNTS.items():
        yield with_cell(
            f"count {written!r}",
            CONTACTS,
            ("Minuten", written),
            value=("minutes", count) if count is not None else None,
            rejected=None if count is not None else ("minutes", "geen geheel getal"),
            encoding="utf-8",
            thousandsSeparator=".",
        )
    yield with_cell(
        "an amount of a database that is nothing",
        BUDGETS,
        ("Toegekend", "NULL"),
        value=("granted_eur", None),
    )
    yield with_cell(
        "amount with too many decimals",
        BUDGETS,
        ("Toegekend", "7,333"),
        rejected=("granted_eur", "te veel decimalen"),
    )
    # The supplier went from comma to point: most rows no longer fit.
    rows = [[cell.replace(",", ".") for cell in row] for row in BUDGETS.rows()]
    yield DirtyFile(
        "another decimal sign than declared",
        BUDGETS.contract(thousandsSeparator="."),
        text(rows, BUDGETS.header).encode(),
        Held("S10", ["requested_eur", "12 van 12 cellen passen niet", "decimaalteken"]),
    )
