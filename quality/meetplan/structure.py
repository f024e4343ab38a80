"""What holds for every sheet: readable cells, unique keys, references that exist."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from ingest import identities
from ingest.cells import NO_DATE, REQUIRED_EMPTY, UNKNOWN_CODE
from ingest.meetplan.reading import AMBIGUOUS_NUMBER, NO_KPI_ID, NO_SELECTION
from ingest.meetplan.sheets import Sheet, SheetColumn, sheets
from ingest.readers import header_key
from quality.meetplan.plan import Finding, Plan, Row, Severity, finding, listed, place

# What a fault is about when it is no rule of the rule book.
SHEET, CELL, IDENTITY, DOUBLE, REFERENCE, INPUT = (
    "blad",
    "cel",
    "persoonsgegevens",
    "dubbel",
    "verwijzing",
    "invoer",
)

_AREA = re.compile(r"NL(?:00)?|GM\d{4}|WK\d{6}|BU\d{8}")
# An empty cell that a rule of the rule book is about.
_RULES_OF_EMPTY_CELLS = {
    ("selected_kpis", "kpi_id"): "R01",
    ("impact_values", "source_nl"): "R24",
    ("measurements", "intended_effect_id"): "R32",
    ("measurements", "target_group_nl"): "R32",
}
_NO_KPI = "geen KPI-nummer, of een dat van meer KPI's kan zijn"


def sheets_as_read(plan: Plan) -> Iterator[Finding]:
    """Tell which sheets were refused, and what was not read."""
    for remark in plan.remarks:
        if not remark.is_refusal:
            sentence = f"Blad {remark.sheet_name}: {remark.sentence}."
            yield Finding(SHEET, "hint", remark.sheet_name, sentence)
            continue
        stays = (
            "Tot dan wordt er geen verhaal getoond"
            if remark.sheet_name == "Verhalen"
            else "Tot dan blijven de rijen van de laatste goede keer staan"
        )
        sentence = f"Blad {remark.sheet_name} is geweigerd: {remark.sentence}. {stays}."
        yield Finding(SHEET, "fout", remark.sheet_name, sentence)


def cells_as_read(plan: Plan) -> Iterator[Finding]:
    """Tell which cells could not be read; their rows were rejected while reading."""
    for sheet in sheets():
        unread = [row for row in plan.every(sheet.table.table_name) if row["reject_reason"]]
        unread.sort(key=_fault)
        for (column_name, reason), rows in groupby(unread, key=_fault):
            column = next(each for each in sheet.columns if each.name == column_name)
            yield _unread(sheet, column, reason, list(rows))


def _fault(row: Row) -> tuple[str, str]:
    return row["reject_column"], row["reject_reason"]


def _unread(sheet: Sheet, column: SheetColumn, reason: str, rows: list[Row]) -> Finding:
    table_name = sheet.table.table_name
    where = f"{place(sheet, rows)}, kolom {column.header}"
    rule = CELL
    match reason:
        case _ if reason in identities.IDENTITIES:
            rule = IDENTITY
            sentence = f"{where}: hier staat een {reason}. Haal dat weg; tot dan telt de rij niet."
        case _ if reason == NO_SELECTION:
            rule = NO_SELECTION
            sentence = f"R01: {where}: 'alles' is geen selectie. Kies de KPI's een voor een."
        case _ if reason == NO_KPI_ID:
            rule = NO_KPI_ID
            sentence = f"R04: {where}: {_NO_KPI}. Schrijf het zoals E4.1.1, A12 of EIGEN-..."
        case _ if reason == REQUIRED_EMPTY:
            rule = _RULES_OF_EMPTY_CELLS.get((table_name, column.name), CELL)
            number = f"{rule}: " if rule != CELL else ""
            sentence = f"{number}{where}: verplicht en leeg. Vul de cel of wis de rij."
        case _:
            sentence = f"{where}: {reason}. {_remedy(column, reason)}"
    return finding(rule, "fout", table_name, sentence, rows, column.name)


def _remedy(column: SheetColumn, reason: str) -> str:
    if reason == UNKNOWN_CODE:
        return f"Kies {listed(column.choices).replace(' en ', ' of ')}."
    if reason == NO_DATE:
        return "Schrijf de datum als dd-mm-jjjj."
    if reason == AMBIGUOUS_NUMBER:
        return "Schrijf duizendtallen zonder punt en decimalen met een komma."
    return "Verbeter de cel."


def keys_unique(plan: Plan) -> Iterator[Finding]:
    """Refuse a row with the key of an earlier one.

    A story number that stands twice refuses all its rows: one of them may hold a withdrawal.
    """
    for sheet in sheets():
        if not sheet.key:
            continue
        is_story = sheet.table.table_name == "stories"
        rows = (plan.every if is_story else plan.accepted)(sheet.table.table_name)
        known: dict[tuple[object, ...], list[Row]] = {}
        for row in rows:
            parts = (row[name] for name in sheet.key)
            key = tuple(header_key(part) if isinstance(part, str) else part for part in parts)
            if any(part is not None for part in key):
                known.setdefault(key, []).append(row)
        headers = listed(f"'{sheet.headers[name]}'" for name in sheet.key)
        for first, *later in known.values():
            if later:
                refused = [first, *later] if is_story else later
                yield finding(
                    DOUBLE,
                    "fout",
                    sheet.table.table_name,
                    f"{place(sheet, later)}: {headers} staat al in rij {first['row_number']}. "
                    + (
                        "Geen van beide telt: toestemming of intrekking kan in elk van de rijen "
                        "staan. Houd er een over."
                        if is_story
                        else "De eerste rij telt; wis de andere of verander haar."
                    ),
                    refused,
                    sheet.key[0],
                )


def references_exist(plan: Plan) -> Iterator[Finding]:
    """Refuse rows that name a measurement, project, story or code that is nowhere."""
    for sheet in sheets():
        for column in sheet.columns:
            known = _known_values(plan, column)
            if known is None:
                continue
            values, where = known
            yield from _refused(
                plan,
                sheet,
                column,
                _none_of(values),
                f"staat niet in {where}. Vul het daar aan of verbeter de cel",
            )


def _none_of(values: frozenset[str]) -> Callable[[str], bool]:
    return lambda value: value not in values


def _known_values(plan: Plan, column: SheetColumn) -> tuple[frozenset[str], str] | None:
    """Return the values that a column may have and where they stand, or None when any will do."""
    if column.references:
        sheet = next(each for each in sheets() if each.name == column.references)
        values = {row[column.name] for row in plan.every(sheet.table.table_name)}
        if column.name == "project_code":
            return plan.known.projects | values, "blad Projecten of de geleverde projecten"
        return frozenset(values), f"blad {sheet.name}"
    if column.code_list and (codes := plan.known.codes.get(column.code_list)):
        return codes, f"de codelijst {column.code_list}"
    return None


def projects_delivered_once(plan: Plan) -> Iterator[Finding]:
    """Refuse a project that a source of the organisation delivers already."""
    for sheet in sheets():
        if sheet.table.table_name == "projects":
            yield from _refused(
                plan,
                sheet,
                sheet.columns[0],
                lambda value: value in plan.known.projects,
                "komt al uit een bron. Wis de rij of geef het project een eigen code",
                rule=DOUBLE,
            )


def areas_exist(plan: Plan) -> Iterator[Finding]:
    """Refuse what is no CBS code; tell of an area in which the organisation has no postcode."""
    for sheet in sheets():
        for column in sheet.columns:
            if column.name != "area_code":
                continue
            yield from _refused(
                plan,
                sheet,
                column,
                lambda value: not _AREA.fullmatch(value),
                "is geen CBS-code. Schrijf NL, GM0599, WK059910 of BU05991081",
            )
            if plan.known.areas:
                yield from _refused(
                    plan,
                    sheet,
                    column,
                    lambda value: bool(_AREA.fullmatch(value)) and value not in plan.known.areas,
                    "heeft geen postcode in de tabel van de organisatie. Ga na of de code klopt",
                    severity="waarschuwing",
                )


def kpis_known(plan: Plan) -> Iterator[Finding]:
    """R04: refuse rows with a KPI that is not in the definition list."""
    for sheet in sheets():
        for column in sheet.columns:
            if column.is_kpi:
                yield from _refused(
                    plan,
                    sheet,
                    column,
                    lambda value: value not in plan.known.definitions.kpis,
                    "staat niet in de definitielijst. Kijk in tabel dim_kpi van de uitgave",
                    rule=NO_KPI_ID,
                )


def _refused(
    plan: Plan,
    sheet: Sheet,
    column: SheetColumn,
    is_wrong: Callable[[str], bool],
    problem: str,
    *,
    rule: str = REFERENCE,
    severity: Severity = "fout",
) -> Iterator[Finding]:
    """Give a finding on the rows of which a column is wrong, if any; it does not name the value."""
    rows = [
        row
        for row in plan.accepted(sheet.table.table_name)
        if row[column.name] is not None and is_wrong(row[column.name])
    ]
    if rows:
        number = f"{rule}: " if rule == NO_KPI_ID else ""
        sentence = f"{number}{place(sheet, rows)}, kolom {column.header}: {problem}."
        yield finding(rule, severity, sheet.table.table_name, sentence, rows, column.name)
