"""The command `impactkompas`: what an information manager types."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration import dbt

OK, FLAGS, HELD, NOT_PUBLISHED, CRASH, BUSY = 0, 1, 2, 3, 10, 11

app = typer.Typer(
    help="Laat zien wat sociaal werk verandert: van registratie tot KPI, elke nacht.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
definitions_app = typer.Typer(
    help="De eigen definitielijst van de organisatie.", no_args_is_help=True
)
app.add_typer(definitions_app, name="definitions")
template_app = typer.Typer(help="Lege werkmappen om in te vullen.", no_args_is_help=True)
app.add_typer(template_app, name="template")
# Its own handle on the terminal: what dbt prints during a night goes to the log instead.
console = Console(file=sys.stdout, highlight=False)

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="IMPACTKOMPAS_HOME",
        help="Map met alles van één organisatie.",
        file_okay=False,
    ),
]
DEFAULT_HOME = Path("data")


def _explained(command: Callable[..., None]) -> Callable[..., None]:
    """Turn an error that was foreseen into its sentence; what was not foreseen exits with 10."""

    @wraps(command)
    def explained(*arguments: object, **options: object) -> None:
        from exports.release import ReleaseError
        from ingest.contracts import ContractError
        from ingest.definitions.lists import DefinitionsError
        from ingest.deliveries import DeliveryError
        from orchestration.night import NightError
        from orchestration.settings import SettingsError

        try:
            command(*arguments, **options)
        except (ContractError, SettingsError, ReleaseError, dbt.DbtError) as error:
            console.print(f"[red]Niet gepubliceerd.[/] {error}", markup=True)
            raise typer.Exit(NOT_PUBLISHED) from None
        except DefinitionsError as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
            raise typer.Exit(NOT_PUBLISHED) from None
        except (NightError, DeliveryError) as error:
            console.print(f"[red]{error}[/]")
            raise typer.Exit(BUSY) from None

    return explained


@app.command()
@_explained
def run(
    home: HomeOption = DEFAULT_HOME,
    as_of: Annotated[
        str | None,
        typer.Option(help="Peildatum (jjjj-mm-dd); anders die van de instellingen of vandaag."),
    ] = None,
    open_data: Annotated[
        str | None, typer.Option(help="example, recorded:MAP of live; anders de instelling.")
    ] = None,
) -> None:
    """Draai één nacht: leveringen innemen, rekenen, controleren, publiceren."""
    dbt.prepare()
    from orchestration.report import run_night

    raise typer.Exit(run_night(home, as_of=as_of, open_data=open_data, console=console))


@app.command()
@_explained
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
@_explained
def status(home: HomeOption = DEFAULT_HOME) -> None:
    """Laat zien wat er gepubliceerd is, hoe oud het is en wat er vastgehouden wordt."""
    from orchestration.report import show_status

    raise typer.Exit(show_status(home, console))


@app.command()
@_explained
def resume(
    source: Annotated[str, typer.Argument(help="Bron (id van het contract) die door mag.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Geef een vastgehouden levering vrij: de volgende nacht neemt haar in."""
    from ingest.deliveries import resume as release_delivery
    from ingest.home import Home

    console.print(release_delivery(Home(home.resolve()), source))


@definitions_app.command("template")
@_explained
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
@_explained
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
    from orchestration.night import Night, run_lock

    night = Night.of(home, as_of=as_of)
    with run_lock(night.home):
        result = import_file(
            night.home, file, imported_on=night.settings.business_date, version=version
        )
    for line in result.lines():
        console.print(line, markup=False, soft_wrap=True)


@template_app.command("meetplan")
@_explained
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
    target = file.resolve() if file else place
    if target.exists():
        console.print(
            f"[red]{target} bestaat al en wordt nooit overschreven.[/] Geef een andere naam, of "
            "verplaats de bestaande werkmap eerst.",
            soft_wrap=True,
        )
        raise typer.Exit(FLAGS)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_template(target)
    move = "" if target == place else f" Zet haar ingevuld neer als {place}."
    console.print(
        f"{target} is geschreven. Blad Uitleg zegt wat u invult.{move} De volgende nacht leest "
        "haar en meldt wat er niet klopt.",
        soft_wrap=True,
    )


@app.command()
@_explained
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


def main() -> None:
    """Run the command; a crash says so in one line and leaves its traceback in the log."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last place where anything can be caught
        from orchestration.report import log_crash

        log = log_crash(error)
        console.print(
            f"[red]Onverwachte fout ({type(error).__name__}).[/] De vorige uitgave blijft staan. "
            f"De bijzonderheden staan in {log}."
        )
        sys.exit(CRASH)
