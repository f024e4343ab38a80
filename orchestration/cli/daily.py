"""What one types from day to day: run a night, see how it stands, let through what was held."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration import dbt
from orchestration.cli.common import (
    DEFAULT_HOME,
    FLAGS,
    OK,
    HomeOption,
    app,
    console,
    explained_errors,
)
from orchestration.cli.telling import show_sent, tells_how_it_ended


@app.command()
@tells_how_it_ended
@explained_errors
def run(
    home: HomeOption = DEFAULT_HOME,
    as_of: Annotated[
        str | None,
        typer.Option(help="Peildatum (jjjj-mm-dd); anders die van de instellingen of vandaag."),
    ] = None,
    open_data: Annotated[
        str | None, typer.Option(help="example, recorded:MAP of live; anders de instelling.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="duckdb of spark; anders de instelling.")
    ] = None,
) -> None:
    """Draai één nacht: leveringen innemen, rekenen, controleren, publiceren."""
    dbt.prepare()
    from orchestration.report import run_night

    raise typer.Exit(
        run_night(home, console=console, as_of=as_of, open_data=open_data, engine=engine)
    )


@app.command()
@explained_errors
def example(
    folder: Annotated[Path, typer.Argument(help="Map die het thuis van het voorbeeld wordt.")],
    scale: Annotated[float, typer.Option(help="1 is ongeveer 100.000 rijen.", min=0.01)] = 1.0,
    seed: Annotated[int, typer.Option(help="Zelfde getal, zelfde bestanden.")] = 1,
    clean: Annotated[bool, typer.Option(help="Zonder registratiefouten.")] = False,
) -> None:
    """Schrijf de voorbeeldorganisatie: verzonnen mensen in echte gemeenten."""
    from ingest.example import write_example
    from orchestration.progress import Steps

    with Steps(console).step(f"Voorbeeldorganisatie schrijven in {folder}"):
        write_example(folder, scale=scale, seed=seed, clean=clean)


@app.command()
@explained_errors
def status(
    home: HomeOption = DEFAULT_HOME,
    delivery: Annotated[
        str | None, typer.Option(help="Nummer van een levering (het begin volstaat): leg die uit.")
    ] = None,
    deliveries: Annotated[
        bool, typer.Option("--deliveries", help="Noem de nieuwste leveringen van elke bron.")
    ] = False,
    csv: Annotated[
        Path | None,
        typer.Option(help="Bij --delivery: bestand voor alle afgekeurde rijen.", dir_okay=False),
    ] = None,
) -> None:
    """Laat zien wat er gepubliceerd is, hoe oud het is en wat er vastgehouden wordt."""
    if delivery is not None or deliveries:
        from orchestration.delivery_report import show_deliveries, show_delivery

        raise typer.Exit(
            show_delivery(home, delivery, csv_file=csv, console=console)
            if delivery is not None
            else show_deliveries(home, console)
        )
    from orchestration.report import show_status

    raise typer.Exit(show_status(home, console))


@app.command()
@explained_errors
def health(home: HomeOption = DEFAULT_HOME) -> None:
    """Laat zien of de volgende nacht kan draaien, per onderdeel met wat eraan te doen is.

    Afsluitcode 0 als alles in orde is, 1 als iemand moet kijken, 3 als de nacht niet zou lukken.
    """
    from ingest.home import Home
    from orchestration.health import exit_code, parts
    from orchestration.terminal import plain_table

    found = parts(Home(home.resolve()), datetime.now(UTC))
    table = plain_table("onderdeel", "stand", "")
    for part in found:
        table.add_row(part.name, part.state, part.sentence)
    console.print(table)
    raise typer.Exit(exit_code(found))


@app.command()
@explained_errors
def watch(
    home: HomeOption = DEFAULT_HOME,
    test: Annotated[
        bool,
        typer.Option("--test", help="Stuur een proefmelding, ook als er niets aan de hand is."),
    ] = False,
) -> None:
    """Meld het als er te lang geen nacht gepubliceerd is; voor een eigen timer, buiten de nacht.

    Afsluitcode 0 als er op tijd een nacht was, 4 als het stil is.
    """
    from ingest.home import Home
    from orchestration.notify.watch import look, try_out
    from orchestration.settings import Settings

    place = Home(home.resolve())
    settings = Settings.of(place.settings_file)
    if not settings.notify.has_channels:
        console.print(
            "Er is niemand om het aan te melden: zet bij [notify] in settings.toml een webhook_url "
            "of email_to.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
    if test:
        sent = try_out(place, settings)
        show_sent(sent)
        raise typer.Exit(OK if sent.arrived and not sent.failed else FLAGS)
    watched = look(place, settings, datetime.now(UTC))
    console.print(watched.sentence, markup=False, soft_wrap=True)
    show_sent(watched.sent)
    raise typer.Exit(watched.exit_code)


@app.command()
@explained_errors
def resume(
    source: Annotated[
        str,
        typer.Argument(help="Bron (id van het contract) die door mag, of 'uitgave'."),
    ],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Geef een vastgehouden levering of uitgave vrij: de volgende nacht gaat zij door."""
    from ingest.deliveries import resume as resume_delivery
    from ingest.home import Home
    from quality.judged_release import resume_release

    place = Home(home.resolve())
    console.print(resume_release(place) if source == "uitgave" else resume_delivery(place, source))


@app.command()
@explained_errors
def releases(home: HomeOption = DEFAULT_HOME) -> None:
    """Noem de uitgaven die bewaard zijn, de nieuwste eerst."""
    from exports.kept_releases import kept_releases
    from ingest.dutch import day, number
    from ingest.home import Home
    from orchestration.terminal import plain_table

    table = plain_table("Uitgave", "Cijfers van", ("Grootte (MB)", "right"), "")
    for each in kept_releases(Home(home.resolve())):
        megabytes = number(round(each.size / 1_000_000))
        table.add_row(each.run_id, day(each.as_of), megabytes, "gepubliceerd" * each.is_published)
    console.print(table if table.rows else "Er is nog geen uitgave.")


@app.command()
@explained_errors
def rollback(
    release: Annotated[
        str | None, typer.Argument(help="Uitgave om naar terug te gaan; anders de vorige.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Publiceer een eerdere uitgave opnieuw, tot de volgende nacht."""
    from exports.kept_releases import roll_back
    from ingest.home import Home
    from orchestration.run_lock import run_lock

    place = Home(home.resolve())
    with run_lock(place):
        console.print(roll_back(place, release), soft_wrap=True)


@app.command()
@explained_errors
def ui(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(help="Poort op deze machine.")] = 3000,
) -> None:
    """Open Dagster op het thuis van de organisatie, alleen op deze machine."""
    from ingest.home import Home
    from orchestration.dagster_home import dagster_environment

    dbt.prepare()
    place = Home(home.resolve())
    place.create()
    os.environ.update(dagster_environment(place))
    os.execv(  # noqa: S606 - our own interpreter becomes Dagster
        sys.executable,
        [
            sys.executable,
            "-m",
            "dagster",
            "dev",
            "-m",
            "orchestration.definitions",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ],
    )
