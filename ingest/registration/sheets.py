"""The registration workbook: its sheets, as the raw tables declare them, to be filled in."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from ingest.meetplan.sheets import Sheet, SheetColumn, declared_columns, declared_sheet
from ingest.meetplan.template import Guide, write_sheets
from ingest.raw_tables import RawTable, raw_tables

WORKBOOK_NAME = "registratie.xlsx"

RECORDED_ON = SheetColumn(
    name="recorded_on",
    header="Geregistreerd op",
    sql_type="date",
    description="Dag waarop u deze regel invulde.",
)
_RECORD = SheetColumn(
    name="record_ref",
    header="Nr",
    sql_type="varchar",
    description="Uniek volgnummer van de regel, nooit het nummer van een persoon; hiermee vindt u "
    "een afgekeurde regel terug.",
    is_required=True,
)
_PURPOSE = (
    "Voor organisaties die zonder systeem beginnen: registreer hier cliënten, trajecten, contacten "
    "en activiteiten. Elke levering telt als de hele stand."
)
_STEPS = f"""\
Begin met Codelijsten (werksoorten, teams, opdrachtgevers) en Medewerkers. Een blad dat u niet
 gebruikt, laat u leeg.
Kolommen met een donkere kop en een * moeten gevuld zijn. Sta in een kolom om haar uitleg te zien.
Houd in Codelijsten de codes van één lijst bij elkaar. Sociaal raadsliedenwerk heeft code SRW.
Geef elke regel een eigen nummer dat blijft, en verwijs overal met hetzelfde nummer.
Schrijf datums als dd-mm-jjjj. Schrijf geen totalen, opmerkingen of kleuren met een betekenis.
Schrijf nergens namen (behalve in Achternaam), e-mailadressen, telefoonnummers of
 burgerservicenummers.
De koppen zijn op slot, zonder wachtwoord: een andere kop wordt niet herkend.
Zet een kopie van de werkmap als {WORKBOOK_NAME} in de map inbox. De nacht neemt haar in, haalt haar
 daar weg en meldt per blad wat niet klopte. Bewaar zelf het origineel.
""".replace("\n ", " ").splitlines()


@cache
def registration_sheets() -> tuple[Sheet, ...]:
    """Return every sheet of the workbook, the lists that others refer to first."""
    return tuple(
        _sheet(table)
        for source in ("organisation", "ecd")
        for table in raw_tables().values()
        if table.source_name == source and "record" in table.declaration.get("meta", {})
    )


def write_template(file: Path) -> None:
    """Write the empty workbook, its headers locked, for people to fill in."""
    guide = Guide("Registratie", _PURPOSE, _STEPS, _personal_columns())
    write_sheets(file, guide, registration_sheets(), {}, locks_headers=True)


def _sheet(table: RawTable) -> Sheet:
    """Return the sheet of a table: one column per header, with the number of the row first."""
    sheet = declared_sheet(table)
    by_header = {column.header: column for column in reversed(sheet.columns)}
    columns = [column for column in sheet.columns if by_header[column.header] is column]
    if (record := table.declaration["meta"]["record"]) not in by_header:
        columns.insert(0, replace(_RECORD, header=record))
    if table.source_name == "ecd":
        columns.append(RECORDED_ON)
    return replace(sheet, columns=tuple(columns))


def _personal_columns() -> list[tuple[str, str]]:
    """Return what becomes of every column with personal data, once for all sheets."""
    found: dict[str, str] = {}
    for sheet in registration_sheets():
        for declared in declared_columns(sheet.table):
            meta = declared["meta"]
            if "becomes" in meta or "pseudonym" in meta:
                found.setdefault(meta["header"], _what_becomes_of(meta))
    return list(found.items())


def _what_becomes_of(meta: dict[str, object]) -> str:
    match meta.get("becomes"):
        case None:
            return (
                "Wordt bij het innemen een onleesbare code (pseudoniem), met een sleutel die "
                "alleen uw organisatie heeft."
            )
        case "match_token":
            return (
                "Wordt samen met de geboortedatum een onleesbare code om dubbele inschrijvingen te "
                "vinden. De naam zelf wordt niet bewaard."
            )
        case "year_of_date":
            return "Alleen het jaar wordt bewaard."
        case _:
            return "Wordt de buurt en de vier cijfers; de letters worden niet bewaard."
