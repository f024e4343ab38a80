"""Telling a person what is held about somebody, and removing it on request."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingest import dutch
from ingest.contracts import SourceContract
from ingest.home import Home
from ingest.kept.erasure import erase, find_person
from ingest.kept.holdings import HeldRow, Holding, holdings, namesakes, write_holdings
from ingest.kept.persons import Person
from ingest.kept.reading_log import note_reading
from ingest.kept.retention import Retention
from orchestration.night import Night
from orchestration.run_lock import run_lock
from orchestration.terminal import plain_table

OK, FLAGS = 0, 1
_SHOWN = 10
_PUBLISHED = (
    "In de uitgaven en in frozen/ staan alleen tellingen; daaruit is niemand te halen en daarin "
    "verandert niets."
)
_STORIES = (
    "Een verhaal of notitie van deze persoon in meetplan.xlsx herkent Impactkompas niet: dat moet "
    "een mens nalopen. Vul bij een verhaal in wanneer de toestemming is ingetrokken."
)


@dataclass(frozen=True)
class _Asked:
    """One person that was asked about, in one home."""

    night: Night
    domain: str
    number: str

    @property
    def home(self) -> Home:
        return self.night.home

    @property
    def contracts(self) -> list[SourceContract]:
        return self.night.contracts.usable

    @cached_property
    def person(self) -> Person:
        as_of = self.night.settings.business_date
        return find_person(self.home, self.contracts, self.domain, self.number, as_of)

    @cached_property
    def held(self) -> list[Holding]:
        as_of = self.night.settings.business_date
        terms = self.night.settings.retention
        retention = Retention(self.home, self.night.contracts, terms, as_of)
        return holdings(self.home, self.contracts, self.person, retention, as_of)

    @cached_property
    def namesakes(self) -> list[tuple[str, str]]:
        as_of = self.night.settings.business_date
        return namesakes(self.home, self.contracts, self.person, as_of)


def show_holdings(
    root: Path, domain: str, number: str, *, file: Path | None, console: Console
) -> int:
    """Show what is held about one person, in the terminal and whole in a file."""
    asked = _Asked(Night.of(root), domain, number)
    note_reading(asked.home, "inzage", domain, number, sum(len(each.rows) for each in asked.held))
    for holding in asked.held:
        _show_holding(holding, console)
    if not asked.held:
        console.print(
            "Over deze persoon staat in landing niets. Heeft een bron een ander nummer, of alleen "
            "het BSN, vraag daar dan ook naar."
        )
    _show_namesakes(asked.namesakes, console)
    console.print(f"\n{_PUBLISHED}")
    console.print(_STORIES)
    if file is not None:
        write_holdings(file, asked.held)
        console.print(f"Alles staat in {file}. Geef het veilig door en verwijder het daarna.",
                      markup=False, soft_wrap=True)  # fmt: skip
    return OK


def erase_person(
    root: Path, domain: str, number: str, *, confirm: Callable[[], bool], console: Console
) -> int:
    """Show what will go, ask, and remove one person from everything."""
    night = Night.of(root)
    with run_lock(night.home):
        asked = _Asked(night, domain, number)
        _show_what_goes(asked, console)
        _show_namesakes(asked.namesakes, console)
        if not confirm():
            console.print("Er is niets gewist.")
            return FLAGS
        note_reading(asked.home, "erase", domain, number, sum(len(h.rows) for h in asked.held))
        erasure = erase(asked.home, asked.contracts, asked.person)
    rows = sum(erasure.rows.values())
    console.print(
        f"\n[green]Gewist.[/] {dutch.number(rows)} rijen uit landing, "
        f"{dutch.number(erasure.originals)} originelen vernietigd, raw en het rekenmagazijn "
        "leeggemaakt. De volgende nacht bouwt ze zonder deze persoon op."
    )
    for delivery in erasure.lost:
        console.print(
            f"  [yellow]![/] {escape(delivery.first.file_name)} van {delivery.first.source_id} "
            "werd vastgehouden en kan niet meer worden ingenomen. Vraag de leverancier om een "
            "nieuwe levering.",
            soft_wrap=True,
        )
    console.print(
        "Levert een bron deze persoon weer, dan blijven de rijen aan de deur achter en tellen zij "
        "als 'gewist'. In back-ups van landing/ blijven zij tot die verlopen."
    )
    if waiting := [file for file in asked.home.inbox.iterdir() if file.is_file()]:
        console.print(
            f"  [yellow]![/] In inbox/ kan deze persoon nog leesbaar staan (bestanden: "
            f"{len(waiting)}). De nacht neemt ze zonder die rijen in."
        )
    console.print(_STORIES)
    return OK


def _show_what_goes(asked: _Asked, console: Console) -> None:
    grid = plain_table(
        "bron", "tabel", ("rijen", "right"), ("genoemd", "right"), ("leveringen", "right")
    )
    for each in asked.held:
        mentions = sum(row.is_mention for row in each.rows)
        grid.add_row(
            each.source_id,
            each.table_name,
            dutch.number(len(each.rows) - mentions),
            dutch.number(mentions),
            dutch.number(len(each.deliveries)),
        )
    if asked.held:
        console.print(grid)
        console.print(
            "De rijen gaan weg; in rijen van anderen wordt deze persoon onbekend gemaakt. Alle "
            "originelen waar deze persoon in kan staan worden vernietigd."
        )
    else:
        console.print(
            "Over deze persoon staat in landing niets. Wissen onthoudt het verzoek toch, zodat een "
            "latere levering niets brengt, en vernietigt de originelen waar deze persoon in kan "
            "staan."
        )


def _show_holding(holding: Holding, console: Console) -> None:
    console.print(f"\n[bold]{holding.source_id}[/] ({holding.table_name})")
    deliveries = ", ".join(holding.deliveries)
    console.print(f"[dim]In levering:[/] {deliveries}", soft_wrap=True)
    originals = ", ".join(f"{id_} (tot en met {day:%d-%m-%Y})" for id_, day in holding.originals)
    console.print(f"[dim]Mogelijk ook in de originelen:[/] {originals or 'geen'}", soft_wrap=True)
    for row in holding.rows[:_SHOWN]:
        console.print(_row_title(row))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(ratio=2)
        grid.add_column(ratio=3)
        for cell in row.cells:
            grid.add_row(f"  {cell.column}", escape(cell.value), f"[dim]{escape(cell.meaning)}[/]")
        console.print(grid)
    if len(holding.rows) > _SHOWN:
        rest = dutch.number(len(holding.rows) - _SHOWN)
        console.print(f"… en nog {rest} rijen (met --file)")
    if not holding.rows:
        console.print("Alleen in leveringen die niet meer tellen.")


def _row_title(row: HeldRow) -> str:
    until = f"bewaard tot en met {row.until:%d-%m-%Y}" if row.until else "bewaard zolang het loopt"
    mention = ", over een ander: noemt deze persoon" if row.is_mention else ""
    return f"rij {row.row_number}{mention} [dim]({until})[/]"


def _show_namesakes(found: list[tuple[str, str]], console: Console) -> None:
    if found:
        records = ", ".join(f"{record} ({source_id})" for source_id, record in found)
        console.print(
            f"  [yellow]![/] Zelfde naam en geboortedatum onder een ander nummer: "
            f"{escape(records)}. Is dat dezelfde persoon, vraag dan ook naar dat nummer; het kan "
            "een tweeling zijn.",
            soft_wrap=True,
        )
