"""The organisation's own definition list."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import DEFAULT_HOME, HomeOption, app, console, explained_errors

definitions_app = typer.Typer(
    help="De eigen definitielijst van de organisatie.", no_args_is_help=True
)
app.add_typer(definitions_app, name="definitions")


@definitions_app.command("template")
@explained_errors
def definitions_template(
    file: Annotated[Path, typer.Argument(help="Werkmap (.xlsx) die geschreven wordt.")] = Path(
        "definitielijst.xlsx"
    ),
) -> None:
    """Schrijf een lege werkmap voor de definitielijst en beide vragenlijsten."""
    from ingest.definitions.files import write_template

    write_template(file)
    console.print(f"{file} is geschreven. Blad Uitleg zegt wat u invult.")


@definitions_app.command("import")
@explained_errors
def definitions_import(
    file: Annotated[
        Path, typer.Argument(help="Ingevulde werkmap (.xlsx), of een van haar lijsten (.csv).")
    ],
    home: HomeOption = DEFAULT_HOME,
    version: Annotated[
        str | None,
        typer.Option(help="Naam en versie van de lijst; verplicht bij .csv zonder die kolom."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="Dag van inlezen (jjjj-mm-dd); anders die van de instellingen."),
    ] = None,
) -> None:
    """Lees de officiële definitielijst in: wat erin staat wint van wat ingebouwd is."""
    from ingest.definitions.importing import import_file
    from orchestration.night import Night
    from orchestration.run_lock import run_lock

    night = Night.of(home, as_of=as_of)
    with run_lock(night.home):
        result = import_file(
            night.home, file, imported_on=night.settings.business_date, version=version
        )
    for line in result.lines():
        console.print(line, markup=False, soft_wrap=True)
