"""The keys of the pseudonyms: how they stand, the next one over the old, or a new beginning."""

from typing import Annotated

import typer

from orchestration.cli.common import DEFAULT_HOME, OK, HomeOption, app, console, explained_errors
from orchestration.terminal import plain_table

keys_app = typer.Typer(
    help="De sleutels waarmee mensen een pseudoniem krijgen.", no_args_is_help=True
)
app.add_typer(keys_app, name="keys")

DomainArgument = Annotated[str, typer.Argument(help="client, worker of household.")]


@keys_app.command("status")
@explained_errors
def keys_status(home: HomeOption = DEFAULT_HOME) -> None:
    """Laat per domein de sleutels zien, hun vingerafdruk en sinds wanneer."""
    from ingest.home import Home
    from ingest.keys import KeyStore

    store = KeyStore(Home(home.resolve()))
    table = plain_table("domein", "sleutel", "vingerafdruk", "sinds", "stand")
    for domain, record in store.records().items():
        for key in record.keys:
            state = "nieuwste" if key == record.keys[-1] else "eronder"
            table.add_row(
                domain,
                key.id,
                key.fingerprint,
                key.since[:10],
                state if key.ended is None else f"vernietigd {key.ended[:10]}",
            )
    console.print(table)
    for notice in store.guard():
        console.print(f"[yellow]![/] {notice}", soft_wrap=True)
    console.print("Elke sleutel in gebruik is aanwezig en is de sleutel die het was.")
    raise typer.Exit(OK)


@keys_app.command("rotate")
@explained_errors
def keys_rotate(domain: DomainArgument, home: HomeOption = DEFAULT_HOME) -> None:
    """Leg de volgende sleutel over de oude: pseudoniemen veranderen, wie bij wie hoort niet."""
    from ingest.rekeying import rotate
    from orchestration.night import Night
    from orchestration.run_lock import run_lock

    place = Night.of(home).home
    with run_lock(place):
        files = rotate(place, domain)
    console.print(
        f"{domain}: de nieuwe sleutel ligt over de oude, {files} bestanden zijn herschreven. "
        f"Bewaar keys/{domain}.key opnieuw buiten dit thuis en draai een nacht: impactkompas run.",
        soft_wrap=True,
    )


@keys_app.command("rekey")
@explained_errors
def keys_rekey(
    domain: DomainArgument,
    home: HomeOption = DEFAULT_HOME,
    yes: Annotated[
        bool, typer.Option("--yes", help="Doe het; anders alleen wat er zou gebeuren.")
    ] = False,
) -> None:
    """Begin opnieuw vanaf de originelen, met een nieuwe sleutel; de oude wordt vernietigd."""
    from ingest.rekeying import rekey, rekey_plan
    from orchestration.night import Night
    from orchestration.run_lock import run_lock

    place = Night.of(home).home
    with run_lock(place):
        plan = rekey(place, domain) if yes else rekey_plan(place, domain)
    table = plain_table("bron", "levering", "van")
    for delivery in plan.lost:
        first = delivery.first
        table.add_row(first.source_id, delivery.delivery_id, f"{delivery.delivered_on:%d-%m-%Y}")
    console.print(f"{len(plan.again)} leveringen worden opnieuw gelezen van hun origineel.")
    if plan.lost:
        console.print(
            f"[yellow]![/] {len(plan.lost)} leveringen hebben geen origineel meer en vervallen. "
            "Vraag de leverancier om ze opnieuw, te beginnen met de nieuwste per bron:",
            soft_wrap=True,
        )
        console.print(table)
    if yes:
        console.print(
            f"De oude sleutel van {domain} is vernietigd. Vernietig ook uw reservekopieën ervan, "
            f"bewaar keys/{domain}.key opnieuw buiten dit thuis, en draai een nacht: impactkompas "
            "run.",
            soft_wrap=True,
        )
    else:
        console.print(
            f"Er is nog niets gedaan. Doe het met: impactkompas keys rekey {domain} --yes",
            soft_wrap=True,
        )
    raise typer.Exit(OK)
