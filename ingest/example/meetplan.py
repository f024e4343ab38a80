"""The meetplan of the example: every sheet filled in, and everything in it made up."""

import os
from datetime import UTC, date, datetime, time
from pathlib import Path

from ingest.example.organisation import DELIVERED_ON, Organisation
from ingest.meetplan.template import Cell, write_workbook

MADE_UP = "Verzonnen voor het voorbeeld"
OLDER_PEOPLE, SCHOOL = "OUD-2023", "SMW-2023"
MIDYEAR, YEAR_END = date(2025, 6, 30), date(2025, 12, 31)
BLOEMHOF, NOORD, ROTTERDAM = "BU05991081", "WK059905", "GM0599"

Rows = list[dict[str, Cell]]


def write_meetplan(file: Path, organisation: Organisation) -> None:
    """Write the workbook of the example, saved on the day of its deliveries."""
    write_workbook(file, meetplan_rows(organisation))
    saved = datetime.combine(DELIVERED_ON, time(12), UTC).timestamp()
    os.utime(file, (saved, saved))


def meetplan_rows(organisation: Organisation) -> dict[str, Rows]:
    """Return the rows of every sheet; projects are named by the codes that the sources deliver."""
    meeting_place = next(
        project
        for project in reversed(organisation.projects)
        if project.plan.service_code == "OUD" and project.started_on.year == 2025
    )
    project = meeting_place.code
    second_table = next(
        each
        for each in organisation.projects
        if each.plan.name == "Samen aan tafel" and each.started_on.year == 2024
    )
    return {
        "Projecten": _projects(),
        "Metingen": _measurements(),
        "Selectie": _selection(),
        "Meetmomenten": _moments(),
        "Duiding": _interpretations(),
        "Verhalen": _stories(project, second_table.code),
        "MSC-rondes": _story_choices(),
        "Instrumenten": _instruments(),
        "Impactkaart": _impact_card(project),
        "Impactketens": _chains(meeting_place.municipality_code),
        "Business Model Canvas": _canvas(),
        "Stappenplan": _roadmap(),
        "Afspraken": _actions(),
        "Effectenarena": _arena(),
        "Impactwaarden": _impact_values(),
        "Gebiedswijzigingen": _region_changes(),
    }


def _table(headers: str, *rows: tuple[Cell, ...]) -> Rows:
    """Return rows by header, the headers given as 'Meting | KPI'."""
    names = headers.split(" | ")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _projects() -> Rows:
    return _table(
        "Project | Titel | Andere titels | Werksoort | Team | Gebied | Opdrachtgever | Start",
        (
            "MP-01",
            "Buurtkamer voor ouderen Bloemhof (voorbeeld)",
            "Buurtkamer Bloemhof",
            "OUD",
            "T08",
            BLOEMHOF,
            "OG0599",
            date(2026, 1, 5),
        ),
    )


def _measurements() -> Rows:
    # Nobody wrote down in which form school social work reports: R28 says so.
    return _table(
        "Meting | Werksoort | Beoogd effect | Doelgroep | Start | Einde | Wie registreert | Wanneer"
        " | Wie verzamelt | Wie rapporteert | In welke vorm | Wie duidt | Samen bepaald met"
        " | Geëvalueerd op",
        (
            OLDER_PEOPLE,
            "OUD",
            "E4.1",
            "Ouderen die zich eenzaam voelen",
            date(2023, 1, 1),
            date(2026, 12, 31),
            "ouderenwerker",
            "binnen een week na het contact",
            "teamcoördinator",
            "informatiemanager",
            "overzicht per kwartaal in het teamoverleg",
            "team, vrijwilligers en gemeente",
            "beleidsadviseur van de gemeente",
            date(2025, 7, 8),
        ),
        (
            SCHOOL,
            "SMW",
            "E6.1",
            "Kinderen op de basisschool met een hulpvraag",
            date(2023, 1, 1),
            date(2026, 7, 15),
            "schoolmaatschappelijk werker",
            "bij de start en bij het slot",
            "teamcoördinator",
            "informatiemanager",
            None,
            "team en intern begeleiders",
            "schoolbesturen",
            None,
        ),
    )


def _selection() -> Rows:
    # E6.1.3 lies in a life domain without impact KPI (R06); the target of A12 has no date (R11).
    chosen: tuple[tuple[Cell, ...], ...] = (
        (OLDER_PEOPLE, "EIGEN-I-EENZAAM", "opdrachtgever", "omlaag", None, None),
        (OLDER_PEOPLE, "EIGEN-I-MANTELZORG", "opdrachtgever", None, None, None),
        (OLDER_PEOPLE, "E4.1.1", "opdrachtgever", "omhoog", 60, date(2026, 12, 31)),
        (OLDER_PEOPLE, "E4.1.2", "opdrachtgever", "omhoog", None, None),
        (OLDER_PEOPLE, "E4.1.3", "opdrachtgever", "omhoog", None, None),
        (OLDER_PEOPLE, "E6.1.3", "intern", "omhoog", None, None),
        (OLDER_PEOPLE, "A8", "intern", None, None, None),
        (OLDER_PEOPLE, "A12", "intern", "omlaag", 100, None),
        (OLDER_PEOPLE, "A13", "intern", "gelijk", None, None),
        (SCHOOL, "EIGEN-BEREIK", "opdrachtgever", None, None, None),
        (SCHOOL, "KW-SMW-LAST", "opdrachtgever", "omhoog", None, None),
        (SCHOOL, "KW-SMW-GEDRAG", "opdrachtgever", "omhoog", None, None),
        (SCHOOL, "KW-SMW-TERUG", "opdrachtgever", "omlaag", None, None),
        (SCHOOL, "KW-SMW-TERUG-MINDER-LAST", "intern", None, None, None),
        (SCHOOL, "KW-SMW-VOORBEELD", "intern", "omhoog", None, None),
        (SCHOOL, "KW-SMW-TOEPASSEN", "intern", "omhoog", None, None),
        (SCHOOL, "A12", "intern", "omlaag", None, None),
        (SCHOOL, "A14", "intern", "omlaag", None, None),
    )
    return _table("Meting | KPI | Voor wie | Gewenste richting | Richtwaarde | Richtdatum", *chosen)


def _moments() -> Rows:
    return _table(
        "Meting | Meetmoment | Soort",
        (OLDER_PEOPLE, date(2023, 1, 1), "start"),
        (OLDER_PEOPLE, date(2023, 12, 31), "tussentijds"),
        (OLDER_PEOPLE, date(2024, 12, 31), "tussentijds"),
        (OLDER_PEOPLE, MIDYEAR, "tussentijds"),
        (OLDER_PEOPLE, YEAR_END, "tussentijds"),
        (OLDER_PEOPLE, date(2026, 12, 31), "eind"),
        (SCHOOL, date(2023, 1, 1), "start"),
        (SCHOOL, date(2023, 12, 31), "tussentijds"),
        (SCHOOL, date(2024, 12, 31), "tussentijds"),
        (SCHOOL, YEAR_END, "tussentijds"),
        (SCHOOL, date(2026, 7, 10), "eind"),
    )


def _interpretations() -> Rows:
    return _table(
        "Werksoort | Gebied | Meetmoment | KPI | Datum sessie | Duiding | Onverwacht of negatief"
        " | Spoor | COS",
        (
            "OUD",
            None,
            date(2023, 12, 31),
            None,
            date(2024, 1, 16),
            "(Voorbeeld) Samen eten brengt mensen bij elkaar. Om hulp vragen blijft moeilijk.",
            "(Voorbeeld) Wie niet goed loopt, bleef vaker weg.",
            "betekenisgeving",
            "show it",
        ),
        (
            "OUD",
            None,
            date(2024, 12, 31),
            None,
            date(2025, 1, 14),
            "(Voorbeeld) De groepen werden voller. Toen was er minder tijd voor een gesprek.",
            None,
            "betekenisgeving",
            "own it",
        ),
        (
            "OUD",
            None,
            MIDYEAR,
            None,
            date(2025, 7, 8),
            "(Voorbeeld) De groepen van het voorjaar liepen goed; in de zomer vallen er weg.",
            None,
            "betekenisgeving",
            "own it",
        ),
        (
            "OUD",
            None,
            YEAR_END,
            None,
            date(2026, 1, 5),
            "(Voorbeeld) Wie een vaste dag in de week heeft, blijft komen. Dat klopt.",
            "(Voorbeeld) Enkele ouderen voelden zich na afloop van de reeks juist meer alleen.",
            "betekenisgeving",
            "show it",
        ),
        (
            "OUD",
            ROTTERDAM,
            YEAR_END,
            "E4.1.1",
            date(2026, 1, 5),
            "(Voorbeeld) In Rotterdam zijn de groepen kleiner; dus toeval telt mee.",
            None,
            "vakmanschap",
            "claim it",
        ),
        (
            "SMW",
            None,
            date(2024, 12, 31),
            None,
            date(2025, 1, 14),
            "(Voorbeeld) Kinderen en ouders zien minder last; op school blijft het gedrag lastig.",
            "(Voorbeeld) Bij enkele kinderen nam de last toe toen de hulp stopte.",
            "betekenisgeving",
            "show it",
        ),
    )


def _stories(project: str, second_table: str) -> Rows:
    text = "(Voorbeeld, verzonnen) "
    return _table(
        "Verhaal nr | Werksoort | Gebied | Project | KPI | Verteld op | Verteller"
        " | Domein van verandering | Titel | Verhaal | Waarom belangrijk | Onverwacht of negatief"
        " | Spoor | COS | Toestemming op | Doel | Medium | Toestemming tot en met | Ingetrokken op",
        (
            "V1",
            "OUD",
            BLOEMHOF,
            project,
            "E4.1.1",
            date(2025, 11, 12),
            "deelnemer",
            "sociale relaties",
            "Weer aan tafel",
            text + "Ik at al een jaar alleen. Nu kook ik op donderdag met vijf anderen.",
            "Iemand mist mij als ik er niet ben.",
            None,
            "betekenisgeving",
            "show it",
            date(2025, 11, 12),
            "jaarverhaal voor de gemeente",
            "opdrachtgever",
            date(2027, 12, 31),
            None,
        ),
        (
            "V2",
            "OUD",
            None,
            project,
            None,
            date(2025, 10, 2),
            "vrijwilliger",
            "meedoen",
            "De sleutel van de buurtkamer",
            text + "Eerst kwam ik voor de koffie, nu doe ik op maandag de deur open.",
            "Van bezoeker naar gastvrouw of gastheer.",
            None,
            "vakmanschap",
            "own it",
            date(2025, 10, 2),
            "leren in het team",
            "intern",
            date(2026, 12, 31),
            None,
        ),
        (
            "V3",
            "OUD",
            None,
            None,
            None,
            date(2025, 9, 18),
            "naaste",
            None,
            "Zonder toestemming",
            text + "Dit verhaal heeft geen toestemming en wordt nergens getoond.",
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
        ),
        (
            "V4",
            "OUD",
            None,
            None,
            "E4.1.2",
            date(2025, 5, 6),
            "deelnemer",
            None,
            "Ingetrokken",
            text
            + "De toestemming voor dit verhaal is ingetrokken; het wordt nergens meer getoond.",
            None,
            None,
            None,
            None,
            date(2025, 5, 6),
            "jaarverhaal voor de gemeente",
            "opdrachtgever",
            date(2027, 12, 31),
            date(2025, 11, 20),
        ),
        (
            "V5",
            "SMW",
            None,
            None,
            None,
            date(2024, 12, 10),
            "naaste",
            None,
            "Verlopen",
            text + "De toestemming voor dit verhaal liep tot de zomer.",
            None,
            None,
            None,
            None,
            date(2024, 12, 10),
            "nieuwsbrief van de school",
            "openbaar",
            date(2025, 6, 30),
            None,
        ),
        (
            "V6",
            "SMW",
            None,
            None,
            None,
            date(2025, 12, 4),
            "professional",
            "opgroeien",
            "Een rustige ochtend",
            text + "Het kind begint de dag nu aan een vaste tafel en zegt zelf wanneer het vol is.",
            "Klein op school, groot thuis.",
            "(Voorbeeld) Een klasgenoot wilde de tafel ook en voelde zich overgeslagen.",
            "vakmanschap",
            "claim it",
            date(2025, 12, 4),
            "leren met scholen",
            "openbaar",
            date(2026, 12, 31),
            None,
        ),
        (
            "V7",
            "OUD",
            None,
            second_table,
            "E4.1.3",
            date(2024, 6, 8),
            "deelnemer",
            "sociale relaties",
            "Soep voor de buurvrouw",
            text + "Ik zat naast haar aan tafel. Nu brengt zij mij soep als ik ziek ben.",
            "Er is iemand die op mij let.",
            None,
            "betekenisgeving",
            "show it",
            date(2024, 6, 8),
            "laten zien wat samen eten doet",
            "openbaar",
            date(2026, 12, 31),
            None,
        ),
    )


def _story_choices() -> Rows:
    group, day = "ouderenwerkers en vrijwilligers", date(2025, 12, 15)
    return _table(
        "Ronde | Verhaal nr | Niveau | Datum | Gekozen | Door wie | Waarom",
        ("2025-1", "V1", "team", day, True, group, "(Voorbeeld) Het laat zien dat missen telt."),
        ("2025-1", "V2", "team", day, False, group, "(Voorbeeld) Mooi, maar over een ander doel."),
        ("2025-1", "V6", "team", day, False, group, "(Voorbeeld) Hoort bij een andere werksoort."),
    )


def _instruments() -> Rows:
    dimensions = ("redzaamheid", "vaardigheid", "ontwikkeling", "weerbaarheid")
    return _table(
        "Instrument | Versie | Dimensie | Naam | Volgorde | Laagste score | Hoogste score"
        " | Beter is | Bron",
        *(
            ("social_impact_meter", "1", code, code.capitalize(), order, 1, 5, "hoger", MADE_UP)
            for order, code in enumerate(dimensions, start=1)
        ),
        ("tevredenheid", "1", "algemeen", "Tevredenheid", 1, 1, 10, "hoger", MADE_UP),
    )


def _impact_card(project: str) -> Rows:
    lines: list[tuple[Cell, ...]] = []
    for phase, reached, hours, budget in (
        ("prognose", 80, 120, 24000),
        ("evaluatie", 65, 90, 26500),
    ):
        lines += [
            (phase, "kosten", "gemeente", None, "Begeleiding en zaal", None, None, budget),
            (phase, "kosten", "vermogensfonds", None, "Maaltijden", reached, 45, None),
            (phase, "bereik", None, None, "Ouderen die meededen", reached, None, None),
            (phase, "baat", "zorgverzekeraar", None, "Minder huisartsbezoek", reached, 210, None),
            (phase, "baat", "gemeente", None, "Minder individuele begeleiding", 12, 1500, None),
            (
                phase,
                "uren bespaard",
                None,
                "gezondheidszorg",
                "Praktijkverpleging",
                hours,
                None,
                None,
            ),
            (
                phase,
                "kwalitatief effect",
                None,
                None,
                "Ouderen kennen elkaar in de buurt",
                None,
                None,
                None,
            ),
            (
                phase,
                "arbeidsmarkteffect",
                None,
                None,
                "Twee vrijwilligers vonden werk",
                2,
                None,
                None,
            ),
        ]
    return _table(
        "Project | Fase | Soort | Partij | Sector | Omschrijving | Aantal | Euro per eenheid"
        " | Bedrag | Bron",
        *((project, *line, MADE_UP) for line in lines),
    )


def _impact_values() -> Rows:
    return _table(
        "KPI | Gebied | Jaar | Leeftijdsgroep | Waarde | Bron | Tabel | Opgezocht op",
        ("I4.1.3", ROTTERDAM, 2022, None, 61, MADE_UP, "geen", date(2025, 1, 15)),
    )


def _region_changes() -> Rows:
    """Return the municipalities that became Hoeksche Waard in 2019."""
    return _table(
        "Oude code | Laatste jaar | Nieuwe code | Eerste jaar | Soort",
        *(
            (f"GM{number}", 2018, "GM1963", 2019, "samenvoeging")
            for number in ("0584", "0585", "0588", "0611", "0617")
        ),
    )


def _chains(municipality_code: str) -> Rows:
    return _table(
        "Keten | Naam | Gebied | Opgave (KPI) | Leeftijdsgroep opgave | Opgave is"
        " | Personen in de groep | Werksoort | Leeftijdsgroep bereik | Effect (KPI)",
        (
            "EENZAAM-GEMEENTE",
            "Eenzame ouderen in de gemeente van Samen aan tafel",
            municipality_code,
            "EIGEN-I-EENZAAM",
            "65+",
            "waarde",
            None,
            "OUD",
            None,
            "E4.1.1",
        ),
        (
            "EENZAAM-65",
            "Eenzame ouderen in Bloemhof",
            BLOEMHOF,
            "EIGEN-I-EENZAAM",
            "65+",
            "waarde",
            None,
            "OUD",
            "65+",
            "E4.1.1",
        ),
        (
            "BEWEGEN",
            "Volwassenen in Noord die te weinig bewegen (voorbeeld)",
            NOORD,
            "EIGEN-I-BEWEGEN",
            "18+",
            "rest",
            40_000,
            "GSW",
            None,
            "E5.1.1",
        ),
    )


def _canvas() -> Rows:
    return _table(
        "Werksoort | Bouwsteen | Inhoud",
        ("OUD", "kernpartners", "(Voorbeeld) huisartsen, woningcorporatie, kerk en moskee"),
        ("OUD", "kernactiviteiten", "(Voorbeeld) samen eten, huisbezoek, wandelen"),
        ("OUD", "mensen en middelen", "(Voorbeeld) ouderenwerkers, vrijwilligers, een buurtkamer"),
        ("OUD", "toegevoegde waarde", "(Voorbeeld) mensen om op terug te vallen"),
        ("OUD", "cliëntrelatie", "(Voorbeeld) een vaste dag en een vast gezicht"),
        ("OUD", "kanalen", "(Voorbeeld) verwijzing, flyer, mond-tot-mond"),
        ("OUD", "cliëntgroepen", "(Voorbeeld) ouderen die zich eenzaam voelen"),
        ("OUD", "kosten", "(Voorbeeld) begeleiding, zaal, maaltijden"),
        ("OUD", "opbrengsten", "(Voorbeeld) subsidie van de gemeente, bijdrage van een fonds"),
    )


def _roadmap() -> Rows:
    done = (date(2024, 10, 1), date(2024, 11, 15), date(2024, 12, 10), date(2025, 1, 1))
    return _table(
        "Meting | Stappenplan | Stap | Status | Klaar op",
        *(
            (OLDER_PEOPLE, "handleiding", step, "klaar", day)
            for step, day in enumerate(done, start=1)
        ),
        (OLDER_PEOPLE, "handleiding", 5, "bezig", None),
        (OLDER_PEOPLE, "handleiding", 6, "nog niet", None),
        (SCHOOL, "kwadraad", 1, "klaar", date(2025, 6, 20)),
        (SCHOOL, "kwadraad", 2, "klaar", date(2025, 8, 28)),
        *(
            (SCHOOL, "kwadraad", step, "bezig" if step == 3 else "nog niet", None)
            for step in (3, 4, 5, 6)
        ),
    )


def _actions() -> Rows:
    return _table(
        "Werksoort | Team | Meetmoment | KPI | Afspraak | Eigenaar | Klaar voor | Status",
        (
            "OUD",
            None,
            date(2024, 12, 31),
            None,
            "(Voorbeeld) Per groep een vrijwilliger meer zoeken, die tijd heeft voor een gesprek.",
            "ouderenwerker",
            date(2025, 3, 1),
            "klaar",
        ),
        (
            "OUD",
            None,
            MIDYEAR,
            None,
            "(Voorbeeld) In de zomer een vaste wandeldag houden.",
            "teamcoördinator",
            date(2025, 8, 1),
            "klaar",
        ),
        (
            "OUD",
            "T08",
            YEAR_END,
            "E4.1.1",
            "(Voorbeeld) Na afloop van een reeks iedereen een keer bellen.",
            "ouderenwerker",
            date(2026, 3, 1),
            "open",
        ),
        (
            "SMW",
            None,
            YEAR_END,
            None,
            "(Voorbeeld) Het slotgesprek plannen bij de start.",
            "schoolmaatschappelijk werker",
            date(2026, 2, 1),
            "open",
        ),
    )


def _arena() -> Rows:
    return _table(
        "Arena | Activiteit | Effect | Investeerder | Incasseerder",
        (
            "Buurtkamer (voorbeeld)",
            "Samen koken en eten",
            "Ouderen voelen zich minder alleen",
            "gemeente",
            "ouderen en hun naasten",
        ),
        (
            "Buurtkamer (voorbeeld)",
            "Samen koken en eten",
            "Minder bezoek aan de huisarts",
            "gemeente",
            "zorgverzekeraar",
        ),
        (
            "Buurtkamer (voorbeeld)",
            "Wandelen met een maatje",
            "Ouderen blijven langer zelfstandig wonen",
            "vermogensfonds",
            "woningcorporatie",
        ),
    )
