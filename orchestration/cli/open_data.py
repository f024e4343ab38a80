"""Open data: what is held of it, and topics that the organisation adds."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.common import (
    DEFAULT_HOME,
    FLAGS,
    HomeOption,
    app,
    console,
    explained_errors,
)

if TYPE_CHECKING:
    from ingest.open_data.adding import OfferedTable

open_data_app = typer.Typer(
    help="Open data: wat er is, en onderwerpen uit andere tabellen.", no_args_is_help=True
)
app.add_typer(open_data_app, name="open-data")


@open_data_app.command("list")
@explained_errors
def open_data_list(home: HomeOption = DEFAULT_HOME) -> None:
    """Laat zien welke tabellen er zijn, hoe oud ze zijn en wat er herzien is."""
    from ingest.home import Home
    from ingest.open_data import last_results
    from orchestration.report import show_open_data
    from orchestration.settings import Settings

    place = Home(home.resolve())
    tables = last_results(place)
    if not tables:
        console.print("Er is nog geen open data opgehaald. De volgende nacht doet dat.")
        return
    show_open_data(tables, Settings.of(place.settings_file).business_date, console)


@open_data_app.command("add")
@explained_errors
def open_data_add(
    table: Annotated[str, typer.Argument(help="Tabelnummer, zoals 84799NED.")],
    topic: Annotated[
        list[str] | None,
        typer.Option(help="Onderwerp met een eigen id: SLEUTEL=EIGEN-I-NAAM; mag vaker."),
    ] = None,
    total: Annotated[
        list[str] | None,
        typer.Option(help="Wat van een dimensie zonder totaal telt: DIMENSIE=TITEL; mag vaker."),
    ] = None,
    open_data: Annotated[
        str | None, typer.Option(help="example, recorded:MAP of live; anders de instelling.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Toon de onderwerpen van een tabel en schrijf het contract voor wat u kiest."""
    from ingest.home import Home
    from ingest.open_data.adding import add, look_up
    from ingest.open_data.contracts import title_of_series
    from orchestration.settings import Settings
    from quality.definition_list import ids_of_models

    place = Home(home.resolve())
    settings = Settings.of(place.settings_file, open_data=open_data)
    offered = look_up(table, mode=settings.open_data, addresses=settings.open_data_addresses)
    chosen = _pairs(topic or [], "--topic", "SLEUTEL=EIGEN-I-NAAM")
    totals = _pairs(total or [], "--total", "DIMENSIE=TITEL")
    if not chosen:
        _show(offered)
        if not _is_asked_by_a_person():
            return
        chosen, totals = _asked(offered, totals)
        if not chosen:
            return
    file = add(place, offered, chosen, totals, ids_of_models())
    console.print(f"{file} is geschreven.", soft_wrap=True, markup=False)
    series = title_of_series(offered.title)
    console.print(
        f"Elke nacht komen de nieuwste tabellen van de reeks '{series}'."
        if series
        else f"Elke nacht komt tabel {offered.table_id}.",
        soft_wrap=True,
        markup=False,
    )
    console.print(
        f"Na de volgende nacht staat {', '.join(chosen.values())} in kpi_value, als impact-KPI. "
        "Controleer in het contract naam (businessName), omschrijving, bron en licentie.",
        soft_wrap=True,
        markup=False,
    )


@open_data_app.command("accept")
@explained_errors
def open_data_accept(
    table: Annotated[str, typer.Argument(help="Tabelnummer van de vastgehouden tabel.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Laat een tabel toe die kleiner of ouder is dan de kopie die er is."""
    from ingest.home import Home
    from ingest.open_data.store import Store

    store = Store(Home(home.resolve()))
    if table not in store.held():
        console.print(
            f"Van tabel {table} is geen kopie. 'impactkompas open-data list' toont welke er zijn.",
            style="red",
            markup=False,
        )
        raise typer.Exit(FLAGS)
    store.accept(table)
    console.print(f"De volgende nacht neemt tabel {table} over zoals de bron haar geeft.")


def _pairs(given: list[str], option: str, form: str) -> dict[str, str]:
    from ingest.open_data.client import OpenDataError

    pairs = dict(each.partition("=")[::2] for each in given)
    if not all(name.strip() and value.strip() for name, value in pairs.items()):
        raise OpenDataError(f"Schrijf {option} als {form}.")
    return {name.strip(): value.strip() for name, value in pairs.items()}


def _show(table: "OfferedTable") -> None:
    """Show the topics of a table with a number to choose them by."""
    from rich.markup import escape
    from rich.table import Table

    console.print(f"[bold]{table.table_id}[/] {escape(table.title)} ({escape(table.source_name)})")
    if table.layout is None:
        console.print(table.problem, style="yellow", markup=False)
    else:
        when = table.layout.period or f"alleen {table.layout.year}"
        console.print(f"Per gebied ({table.layout.region}) en jaar ({when}).", markup=False)
    for name, title in table.totals.items():
        console.print(f"Van {name} telt '{title}'.", markup=False)
    for name, titles in table.open_choices.items():
        console.print(f"{name} heeft geen totaal; er is: {', '.join(titles)}.", markup=False)
    grid = Table(header_style="dim", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("nr", "sleutel"):
        grid.add_column(heading, no_wrap=True)
    for heading in ("onderwerp", "eenheid"):
        grid.add_column(heading, overflow="fold")
    for number, topic in enumerate(table.topics, start=1):
        path = " > ".join((*topic.groups, topic.title))
        unit = topic.unit if topic.is_number else "tekst: niet te kiezen"
        grid.add_row(str(number), escape(topic.key), escape(path), escape(unit))
    console.print(grid)
    console.print(
        f"Kies met: impactkompas open-data add {table.table_id} --topic SLEUTEL=EIGEN-I-NAAM",
        markup=False,
        soft_wrap=True,
    )


def _is_asked_by_a_person() -> bool:
    return sys.stdin.isatty()


def _asked(table: "OfferedTable", totals: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Ask a person which topics they want, under which ids, and what counts as everybody."""
    from ingest.open_data.client import OpenDataError

    answer = typer.prompt("Nummers van de onderwerpen, met komma's (leeg: geen)", default="")
    numbers = [each.strip() for each in answer.split(",") if each.strip()]
    if not all(each.isdecimal() and 0 < int(each) <= len(table.topics) for each in numbers):
        raise OpenDataError(f"Kies nummers van 1 tot en met {len(table.topics)}.")
    topics = [table.topics[int(each) - 1] for each in numbers]
    chosen = {
        each.key: typer.prompt(f"Eigen id voor '{each.title}' (EIGEN-I-...)") for each in topics
    }
    asked = {
        name: typer.prompt(f"Welke {name} telt ({', '.join(titles)})")
        for name, titles in table.open_choices.items()
        if chosen and name not in totals
    }
    return chosen, totals | asked
