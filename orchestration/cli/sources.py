"""Sources: draft a contract from a sample, and see what a delivery would do."""

import re
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.common import (
    DEFAULT_HOME,
    FLAGS,
    HELD,
    HomeOption,
    app,
    console,
    existing_file,
    explained_errors,
)

source_app = typer.Typer(help="Bronnen: een contract maken en proberen.", no_args_is_help=True)
app.add_typer(source_app, name="source")


@source_app.command("new")
@explained_errors
def new_source(
    sample: Annotated[
        Path,
        typer.Argument(help="Voorbeeldlevering (.csv of .xlsx).", callback=existing_file),
    ],
    source: Annotated[
        str | None, typer.Option("--id", help="Id van de bron, zoals ecd-clienten.")
    ] = None,
    table: Annotated[
        str | None, typer.Option(help="Tabel die de bron vult, zoals ecd.clients.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Maak van een voorbeeldlevering een concept van een broncontract."""
    from ingest.drafting import draft_contract, read_sample
    from ingest.home import Home
    from ingest.identities import without_identities

    stem = re.sub(r"[\W_]*\d{6,}", "", without_identities(sample.stem).replace("*", ""))
    source_id = source or re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "bron"
    place = Home(home.resolve())
    file = place.contracts / f"{source_id}.yaml"
    if file.exists():
        console.print(
            f"[red]{file} bestaat al en wordt nooit overschreven.[/] Geef met --id een ander id.",
            soft_wrap=True,
        )
        raise typer.Exit(FLAGS)
    draft = draft_contract(read_sample(sample), source_id, table)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draft.text, encoding="utf-8")
    target = f"{draft.table.source_name}.{draft.table.table_name}"
    console.print(f"{file} is geschreven: een concept voor {target}.", soft_wrap=True)
    console.print("Nog te doen:")
    for step in draft.to_do:
        console.print(f"  - {step}", markup=False, soft_wrap=True)
    console.print(
        f"Dan status: active, en: impactkompas source check {sample.name} --source {source_id}",
        markup=False,
        soft_wrap=True,
    )


@source_app.command("check")
@explained_errors
def check_source(
    file: Annotated[
        Path,
        typer.Argument(help="Levering die u wilt proberen.", callback=existing_file),
    ],
    source: Annotated[
        str | None, typer.Option(help="Id van het contract; anders dat waar de naam bij past.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Bestand voor alle afgekeurde rijen.", dir_okay=False)
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Laat zien wat een levering zou doen, zonder haar in te nemen."""
    from ingest.contracts import ContractError
    from orchestration.delivery_report import show_rehearsal

    try:
        code = show_rehearsal(home, file, source, csv_file=csv, console=console)
    except ContractError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(HELD) from None
    raise typer.Exit(code)
