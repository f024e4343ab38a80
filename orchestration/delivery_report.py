"""Telling a person about one delivery: where it stands, what was judged, what was rejected."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingest import dutch
from ingest.contracts import SourceContract
from ingest.coverage import Coverage
from ingest.delivered import (
    Delivered,
    RejectedRow,
    find_delivery,
    newest_deliveries,
    rejected_rows,
)
from ingest.deliveries import take_in
from ingest.kept.retention import Retention
from ingest.ledger import Ledger, LedgerEvent
from ingest.rehearsal import contracts_for, rehearsal
from orchestration.night import Night
from orchestration.terminal import plain_table

OK, FLAGS, HELD = 0, 1, 2
SHOWN = 20
_NEWEST = 3
_NOT_GOOD = ("afgekeurd", "fout")
_COVERAGES = {"full": "alles van de bron", "delta": "wat er veranderde", "period": "een periode"}
_EVENTS = {
    "received": "binnengekomen",
    "accepted": "ingenomen",
    "held": "vastgehouden",
    "skipped": "overgeslagen",
    "resumed": "vrijgegeven",
    "reduced": "rijen verwijderd",
    "destroyed": "origineel vernietigd",
    "withdrawn": "teruggenomen: met nieuwe sleutel te lezen",
}


def show_delivery(root: Path, prefix: str, *, csv_file: Path | None, console: Console) -> int:
    """Show everything that is known of one delivery; the file gets all its rejected rows."""
    night = Night.of(root)
    home, as_of = night.home, night.settings.business_date
    delivered = find_delivery(home, as_of, prefix)
    contracts = {contract.source_id: contract for contract in night.contracts.usable}
    contract = contracts.get(delivered.source_id)
    retention = Retention(home, night.contracts, night.settings.retention, as_of)
    _show_facts(delivered, contract, retention, console)
    _show_events(delivered, console)
    _show_door(delivered, contract, console)
    rejected = rejected_rows(home, contract, delivered.delivery) if contract else None
    rejected = _by_headings(rejected, contract)
    _show_rejected(rejected, console)
    if csv_file is not None and rejected is not None:
        _write(rejected, csv_file)
        console.print(f"\nAlle afgekeurde rijen staan in {csv_file}.", markup=False, soft_wrap=True)
    return OK


def show_rehearsal(
    root: Path, file: Path, source_id: str | None, *, csv_file: Path | None, console: Console
) -> int:
    """Show what a file would do if it were delivered now, without taking it in.

    Returns 0 when it would be taken in whole, 1 with rejected rows, 2 when it would be held.
    """
    night = Night.of(root)
    codes = []
    for contract in contracts_for(night.home, file.name, source_id):
        as_of = night.settings.business_date
        if arrival := contract.arrival(file.name, as_of):
            as_of = max(as_of, arrival.delivered_on)
        with rehearsal(night.home, contract, file, as_of) as stage:
            kept_since = night.settings.retention.kept_since(contract.source_id, as_of)
            take_in(stage, contract, as_of=as_of, judge=night.judge_delivery, kept_since=kept_since)
            event = Ledger(stage.ledger_file).events(contract.source_id)[-1]
            delivered = find_delivery(stage, as_of, event.delivery_id)
            rejected = rejected_rows(stage, contract, delivered.delivery)
        rejected = _by_headings(rejected, contract)
        codes.append(_show_outcome(event, delivered, contract, rejected, console))
        if csv_file is not None and rejected:
            _write(rejected, csv_file)
            console.print(f"\nAlle afgekeurde rijen staan in {csv_file}.", soft_wrap=True)
    return max(codes)


def _show_outcome(
    event: LedgerEvent,
    delivered: Delivered,
    contract: SourceContract,
    rejected: list[RejectedRow] | None,
    console: Console,
) -> int:
    console.print(f"[bold]{escape(event.source_id)}[/]")
    delivery = delivered.delivery
    if event.event == "skipped":
        console.print(
            f"[yellow]Zou worden overgeslagen:[/] {escape(_reason(event))}", soft_wrap=True
        )
        return OK
    if hold := delivery.held:
        console.print(f"[red]Zou worden vastgehouden:[/] {escape(_reason(hold))}", soft_wrap=True)
    else:
        console.print("[green]Zou worden ingenomen.[/]")
    if (verdict := delivery.held or delivery.accepted) and verdict.rows_in is not None:
        console.print(f"Rijen: {_counted(verdict)}")
    _show_door(delivered, contract, console, failed_only=True)
    _show_rejected(rejected, console)
    return HELD if delivery.held else FLAGS if rejected else OK


def _reason(event: LedgerEvent) -> str:
    """Return a message without the name that the file had on trial, which nobody gave it."""
    return event.message.removeprefix(f"{event.file_name}: ")


def show_deliveries(root: Path, console: Console) -> int:
    """Show the newest deliveries of every source."""
    night = Night.of(root)
    grid = plain_table("bron", "levering", "van", ("in", "right"), ("uit", "right"), "stand")
    for each in newest_deliveries(night.home, night.settings.business_date, _NEWEST):
        accepted = each.delivery.accepted
        grid.add_row(
            each.source_id,
            each.delivery.delivery_id,
            _day(each.delivery.delivered_on),
            _number(accepted.rows_in if accepted else None),
            _number(accepted.rows_out if accepted else None),
            each.standing,
        )
    console.print(grid)
    console.print(
        "Meer van een levering: impactkompas status --delivery NUMMER (het begin volstaat)."
    )
    return OK


def _show_facts(
    delivered: Delivered, contract: SourceContract | None, retention: Retention, console: Console
) -> None:
    delivery, first = delivered.delivery, delivered.delivery.first
    verdict = delivery.held or delivery.accepted
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    name = contract.name if contract else "er is geen contract meer"
    grid.add_row("Levering", f"[bold]{delivery.delivery_id}[/]")
    grid.add_row("Bron", escape(f"{first.source_id} ({name})"))
    grid.add_row("Stand", delivered.standing)
    if other := delivered.other:
        newer = f"{other.first.file_name} van {_day(other.delivered_on)} ({other.delivery_id})"
        grid.add_row("Door", escape(newer))
    grid.add_row("Bestand", escape(first.file_name))
    grid.add_row("Van", _day(delivery.delivered_on))
    grid.add_row("Grootte", f"{dutch.number(first.size)} bytes")
    grid.add_row("SHA-256", first.sha256)
    grid.add_row("Dekt", escape(_covered(delivery.coverage)))
    if verdict and verdict.contract:
        is_now = contract is not None and contract.digest == verdict.contract
        now = "zoals het nu is" if is_now else "sindsdien gewijzigd"
        grid.add_row("Contract", f"versie {verdict.contract}, {now}")
    if verdict and verdict.rows_in is not None:
        grid.add_row("Rijen", _counted(verdict))
    until = retention.original_until(first.source_id, delivery.delivery_id)
    kept = f"bewaard tot en met {_day(until)}" if delivered.has_original else "vernietigd"
    grid.add_row("Origineel", kept)
    rows = delivered.landed_rows
    grid.add_row("Landing", "niet aanwezig" if rows is None else f"{_number(rows)} rijen")
    console.print(grid)


def _counted(verdict: LedgerEvent) -> str:
    return (
        f"{_number(verdict.rows_in)} in = {_number(verdict.rows_out)} uit + "
        f"{_number(verdict.rejected)} afgekeurd + {_number(verdict.duplicates)} dubbel + "
        f"{_number(verdict.erased or 0)} gewist + {_number(verdict.expired or 0)} te oud"
    )


def _covered(coverage: Coverage) -> str:
    scope = f" van '{coverage.scope}'" if coverage.scope else ""
    period = ""
    if coverage.period:
        period = f", {_day(coverage.period[0])} tot en met {_day(coverage.period[1])}"
    return f"{_COVERAGES[coverage.kind]}{scope}{period}"


def _show_events(delivered: Delivered, console: Console) -> None:
    grid = plain_table("wanneer (UTC)", "wat", "bericht")
    for event in delivered.delivery.events:
        name = event.file_name if event.event in ("received", "skipped") else ""
        grid.add_row(
            f"{event.at:%d-%m-%Y %H:%M}", _EVENTS[event.event], escape(event.message or name)
        )
    console.print("\n[bold]Wat ermee gebeurde[/]")
    console.print(grid)


def _by_headings(
    rejected: list[RejectedRow] | None, contract: SourceContract | None
) -> list[RejectedRow] | None:
    """Return rejected rows with the heading of the file beside our name of the column."""
    if rejected is None:
        return None
    return [replace(row, column=_column(row.column, contract)) for row in rejected]


def _column(name: str, contract: SourceContract | None) -> str:
    """Return what a column is called in the file, and by us where that differs."""
    columns = contract.columns if contract else ()
    heading = next((each.sources[0] for each in columns if each.name == name and each.sources), "")
    return f"{heading} ({name})" if heading and heading != name else name


def _show_door(
    delivered: Delivered,
    contract: SourceContract | None,
    console: Console,
    *,
    failed_only: bool = False,
) -> None:
    events = delivered.delivery.events
    judged = [event for event in events if event.door and event.event != "skipped"]
    if not judged:
        return
    door = [each for each in judged[-1].door if not failed_only or each.state in _NOT_GOOD]
    if not door:
        console.print(f"Controles aan de deur: {len(judged[-1].door)}, alle in orde.")
        return
    grid = plain_table("controle", "kolom", ("beoordeeld", "right"), ("fout", "right"), "oordeel")
    messages = []
    for result in door:
        grid.add_row(
            result.check_id,
            escape(_column(result.column_name, contract) if result.column_name else "-"),
            _number(result.n_applicable),
            _number(result.n_hit),
            result.state + (" (houdt vast)" if result.holds else ""),
        )
        if result.message:
            messages.append(f"{result.check_id}: {result.message}.")
    console.print("\n[bold]Controles aan de deur[/]")
    console.print(grid)
    for message in messages:
        console.print(f"  [yellow]![/] {escape(message)}")


def _show_rejected(rejected: list[RejectedRow] | None, console: Console) -> None:
    if rejected is None:
        console.print("\nAfgekeurde rijen: niet na te gaan, er zijn geen rijen (meer) te lezen.")
        return
    if not rejected:
        console.print("\nAfgekeurde rijen: geen.")
        return
    counts = Counter((row.column, row.reason) for row in rejected)
    grid = plain_table("kolom", "reden", ("rijen", "right"))
    for (column, reason), count in counts.most_common():
        grid.add_row(escape(column), escape(reason), _number(count))
    console.print("\n[bold]Afgekeurde rijen[/]")
    console.print(grid)
    grid = plain_table(("rij", "right"), "record", "kolom", "reden")
    for row in rejected[:SHOWN]:
        grid.add_row(
            str(row.row_number), escape(row.record_ref or "-"), escape(row.column), row.reason
        )
    if len(rejected) > SHOWN:
        grid.add_row("", f"… en nog {_number(len(rejected) - SHOWN)} (met --csv)", "", "")
    console.print(grid)


def _write(rejected: list[RejectedRow], file: Path) -> None:
    file.touch(mode=0o600)
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow(("rij", "record", "kolom", "reden"))
        for row in rejected:
            writer.writerow((row.row_number, row.record_ref or "", row.column, row.reason))


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _number(count: int | None) -> str:
    return "-" if count is None else dutch.number(count)
