"""What a person releases to others: look first, then say yes."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import (
    DEFAULT_HOME,
    FLAGS,
    OK,
    HomeOption,
    app,
    console,
    explained_errors,
)

release_app = typer.Typer(
    help="Geef cijfers vrij: aan een opdrachtgever, of aan de bewoners van een project.",
    no_args_is_help=True,
)
app.add_typer(release_app, name="release")

MomentOption = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d"], help="Meetmoment uit het meetplan (jjjj-mm-dd).")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Geef vrij zonder bevestiging te vragen.")]


@release_app.command("opdrachtgever")
@explained_errors
def release_to_commissioner(
    code: Annotated[str, typer.Argument(help="Code van de opdrachtgever.")],
    moment: MomentOption,
    yes: YesOption = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Laat zien wat er naar een opdrachtgever gaat en wat niet, en geef het na een ja vrij."""
    _release(home, "opdrachtgever", code, moment, is_agreed=yes)


@release_app.command("bewoners")
@explained_errors
def release_to_residents(
    project: Annotated[str, typer.Argument(help="Code van het project.")],
    moment: MomentOption,
    yes: YesOption = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Laat zien wat er op de bladzijde voor bewoners komt, en geef die na een ja vrij."""
    _release(home, "bewoners", project, moment, is_agreed=yes)


def _release(home: Path, audience: str, code: str, moment: datetime, *, is_agreed: bool) -> None:
    from orchestration.releasing import release

    is_released = release(
        home,
        audience,
        code,
        moment.date(),
        confirm=lambda: is_agreed or _says_yes(),
        console=console,
    )
    raise typer.Exit(OK if is_released else FLAGS)


def _says_yes() -> bool:
    """Ask in the language of who releases; anything but a yes is a no."""
    answer: str = typer.prompt("Dit vrijgeven? Typ ja of nee", default="nee")
    return answer.strip().casefold() == "ja"
