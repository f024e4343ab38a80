"""Figures and the KPI's behind them: explain one, make one, test one."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import DEFAULT_HOME, HomeOption, app, console, explained_errors

kpis = typer.Typer(help="KPI's van de organisatie zelf: maken en testen.", no_args_is_help=True)
app.add_typer(kpis, name="kpi")


@app.command()
@explained_errors
def explain(
    kpi: Annotated[str, typer.Argument(help="KPI, zoals A12 of E4.1.1.")],
    period: Annotated[str, typer.Argument(help="Jaar, kwartaal of maand: 2025, 2025-K3, 2025-07.")],
    service: Annotated[str | None, typer.Option(help="Code van een werksoort.")] = None,
    team: Annotated[str | None, typer.Option(help="Code van een team.")] = None,
    municipality: Annotated[str | None, typer.Option(help="Gemeente, zoals GM0599.")] = None,
    wijk: Annotated[str | None, typer.Option(help="Wijk, zoals WK059910.")] = None,
    buurt: Annotated[str | None, typer.Option(help="Buurt; alleen bij open data.")] = None,
    project: Annotated[str | None, typer.Option(help="Code van een project.")] = None,
    commissioner: Annotated[str | None, typer.Option(help="Code van een opdrachtgever.")] = None,
    age_band: Annotated[str | None, typer.Option(help="Leeftijdsgroep, zoals 27-64.")] = None,
    role: Annotated[str | None, typer.Option(help="Rol van wie antwoordde of oordeelde.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Bestand voor de hele lijst.", dir_okay=False)
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Leg een cijfer uit: welke records telden, welke niet, en waarom."""
    from orchestration.explained import show_explanation

    asked = {
        "service": service,
        "municipality": municipality,
        "wijk": wijk,
        "buurt": buurt,
        "team": team,
        "project": project,
        "commissioner": commissioner,
        "age_band": age_band,
        "respondent_role": role,
    }
    slice_ = {part: code for part, code in asked.items() if code is not None}
    raise typer.Exit(show_explanation(home, kpi, period, slice_, csv_file=csv, console=console))


@kpis.command("new")
@explained_errors
def new_kpi(
    kpi: Annotated[str, typer.Argument(help="Id van de nieuwe KPI, zoals EIGEN-WACHTTIJD.")],
    name: Annotated[str | None, typer.Option(help="Naam die lezers van het cijfer zien.")] = None,
) -> None:
    """Schrijf de SQL, de YAML en de unit test van een nieuwe KPI; ze werken meteen."""
    from orchestration import own_kpis

    files = own_kpis.new_kpi(kpi, name)
    console.print("Geschreven, en meteen bruikbaar (telt afgesloten trajecten):")
    for file in files:
        console.print(f"  {file}", soft_wrap=True)
    console.print(
        "Verander in de SQL wat er telt, en in de YAML de omschrijving, de eenheid en het "
        "uitgerekende voorbeeld onder unit_tests. Dan:\n"
        f"  impactkompas kpi test {kpi.upper()}\n"
        "  impactkompas run"
    )


@kpis.command("test")
@explained_errors
def test_kpi(kpi: Annotated[str, typer.Argument(help="Id van een KPI met een model.")]) -> None:
    """Draai de unit tests van een KPI, zonder gegevens."""
    from orchestration import own_kpis

    for name in own_kpis.test_kpi(kpi):
        console.print(f"[green]✓[/] {name}")
