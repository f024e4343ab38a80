"""Backups: make one, and put one back."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import DEFAULT_HOME, HomeOption, app, console, explained_errors


@app.command()
@explained_errors
def backup(
    target: Annotated[
        Path, typer.Argument(help="Map waarin de back-up een eigen map krijgt.", file_okay=False)
    ],
    home: HomeOption = DEFAULT_HOME,
    keys: Annotated[
        bool, typer.Option("--keys", help="Alleen de sleutels; nooit naar dezelfde plaats.")
    ] = False,
) -> None:
    """Bewaar wat niet opnieuw te maken is: landing, frozen, contracten, meetplan, instellingen."""
    from importlib.metadata import version

    from ingest.home import Home
    from ingest.kept.backups import back_up
    from orchestration.run_lock import run_lock

    place = Home(home.resolve())
    with run_lock(place):
        made = back_up(place, target, "sleutels" if keys else "gegevens", version("impactkompas"))
    console.print(made.sentence, markup=False, soft_wrap=True)
    if not keys:
        console.print(
            "De sleutels zitten er niet in. Bewaar die elders: impactkompas backup MAP --keys.",
            soft_wrap=True,
        )


@app.command()
@explained_errors
def restore(
    source: Annotated[
        Path, typer.Argument(help="Back-up, of de map met back-ups: dan de nieuwste.")
    ],
    home: Annotated[Path, typer.Argument(help="Thuis dat er nog niet is.", file_okay=False)],
) -> None:
    """Zet een back-up terug, nadat van elk bestand is nagegaan of het nog is zoals het was."""
    from ingest.home import Home
    from ingest.kept.backups import restore as put_back
    from orchestration.run_lock import run_lock

    place = Home(home.resolve())
    with run_lock(place):
        back = put_back(source, place)
    console.print(f"Teruggezet: {back.sentence}", markup=False, soft_wrap=True)
    console.print(
        "Zet nu ook de sleutels terug, met de back-up van de sleutels, en draai daarna "
        "'impactkompas run'."
        if back.kind == "gegevens"
        else "Draai nu 'impactkompas run'.",
        soft_wrap=True,
    )
