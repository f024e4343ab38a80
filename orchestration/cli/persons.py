"""One person: what is held, and removing it; a number is never typed on the command line."""

import sys
from enum import StrEnum
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import DEFAULT_HOME, FLAGS, HomeOption, app, console, explained_errors


class Domain(StrEnum):
    """Whose number is asked for."""

    client = "client"
    worker = "worker"


_QUESTIONS = {
    Domain.client: "Cliëntnummer of BSN (u ziet niet wat u typt): ",
    Domain.worker: "Personeelsnummer (u ziet niet wat u typt): ",
}
DomainOption = Annotated[Domain, typer.Option(help="Cliënt of medewerker.")]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        help="Bestand met het nummer op de eerste regel, of - voor standaardinvoer; anders wordt "
        "ernaar gevraagd.",
    ),
]


@app.command()
@explained_errors
def inzage(
    domain: DomainOption = Domain.client,
    source: FromOption = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Bestand voor alles: .csv of .xlsx.", dir_okay=False),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Laat zien wat er over één persoon bewaard wordt; de inzage komt in logs/inzage.log."""
    from orchestration.persons import show_holdings

    if file is not None and file.suffix.lower() not in (".csv", ".xlsx"):
        console.print("Geef bij --file een naam die eindigt op .csv of .xlsx.")
        raise typer.Exit(FLAGS)
    number = _number(domain, source)
    raise typer.Exit(show_holdings(home, domain, number, file=file, console=console))


@app.command()
@explained_errors
def erase(
    domain: DomainOption = Domain.client,
    source: FromOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Wis zonder bevestiging te vragen.")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Wis één persoon uit alles, en onthoud dat zonder te weten wie het was."""
    from orchestration.persons import erase_person

    number = _number(domain, source)
    raise typer.Exit(
        erase_person(
            home,
            domain,
            number,
            confirm=lambda: yes or typer.confirm("Deze persoon wissen?"),
            console=console,
        )
    )


def _number(domain: Domain, source: Path | None) -> str:
    """Return the number that was asked about, without it standing in history or process list."""
    if source is None:
        text = getpass(_QUESTIONS[domain])
    elif str(source) == "-":
        text = sys.stdin.readline()
    else:
        try:
            text = source.read_text(encoding="utf-8-sig").partition("\n")[0]
        except OSError:
            console.print(f"{source} kan niet gelezen worden.", markup=False)
            raise typer.Exit(FLAGS) from None
    if not any(character.isalnum() for character in text):
        console.print("Er is geen nummer gegeven; er is niets gedaan.")
        raise typer.Exit(FLAGS)
    return text.strip()
