"""Empty workbooks that people fill in."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import DEFAULT_HOME, FLAGS, HomeOption, app, console, explained_errors

template_app = typer.Typer(help="Lege werkmappen om in te vullen.", no_args_is_help=True)
app.add_typer(template_app, name="template")


@template_app.command("meetplan")
@explained_errors
def template_meetplan(
    file: Annotated[
        Path | None, typer.Argument(help="Werkmap (.xlsx); anders meetplan.xlsx in het thuis.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Schrijf een leeg meetplan: de werkmap voor wat in geen enkel systeem staat."""
    from ingest.home import Home
    from ingest.meetplan.template import write_template

    place = Home(home.resolve()).meetplan_file
    target = _new_workbook(file, place)
    write_template(target)
    move = "" if target == place else f" Zet haar ingevuld neer als {place}."
    console.print(
        f"{target} is geschreven. Blad Uitleg zegt wat u invult.{move} De volgende nacht leest "
        "haar en meldt wat er niet klopt.",
        soft_wrap=True,
    )


@template_app.command("excel")
@explained_errors
def template_excel(
    file: Annotated[
        Path | None, typer.Argument(help="Werkmap (.xlsx); anders registratie.xlsx in het thuis.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    contracts: Annotated[
        bool,
        typer.Option("--contracts", help="Zet ook de broncontracten ervan in het thuis."),
    ] = False,
) -> None:
    """Schrijf een lege registratiewerkmap, voor wie nog geen systeem heeft."""
    from ingest.home import Home
    from ingest.registration.contracts import write_contracts
    from ingest.registration.sheets import WORKBOOK_NAME, write_template

    place = Home(home.resolve())
    # Who looked at the workbook first asks for its contracts afterwards.
    if not (contracts and file is None and (place.root / WORKBOOK_NAME).exists()):
        target = _new_workbook(file, place.root / WORKBOOK_NAME)
        write_template(target)
        console.print(
            f"{target} is geschreven. Blad Uitleg zegt wat u invult. Zet daarna een kopie als "
            f"{WORKBOOK_NAME} in {place.inbox}.",
            soft_wrap=True,
        )
    if contracts:
        written = write_contracts(place.contracts)
        console.print(
            f"{len(written)} broncontracten zijn geschreven in {place.contracts}; wat er al stond, "
            "is niet veranderd.",
            soft_wrap=True,
        )


def _new_workbook(file: Path | None, place: Path) -> Path:
    """Return where the workbook comes, its folder made; a workbook is never overwritten."""
    target = file.resolve() if file else place
    if target.exists():
        console.print(
            f"[red]{target} bestaat al en wordt nooit overschreven.[/] Geef een andere naam, of "
            "verplaats de bestaande werkmap eerst.",
            soft_wrap=True,
        )
        raise typer.Exit(FLAGS)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target
