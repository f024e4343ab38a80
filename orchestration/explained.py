"""Telling a person how a figure came about: in the terminal, or whole in a file."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ingest import dutch
from ingest.home import Home
from orchestration.terminal import plain_table
from quality.explain import Explanation, Figure, Judged, Period, Record, explain

OK, FLAGS = 0, 1
SHOWN = 20
DESIGNS_NL = {
    "registration": "uit registraties",
    "afterwards": "vragenlijst achteraf, deelnemers",
    "professional": "vragenlijst van professionals",
    "start_slot": "start en slot",
    "open_data": "gepubliceerde cijfers",
}
FILE_COLUMNS = (
    "kpi", "meetontwerp", "tabel", "bron", "record", "geteld", "reden", "onderwerp", "datum",
    "teller", "noemer", "waarde",
)  # fmt: skip
INSIDE_ONLY = (
    "Alleen voor binnen de organisatie: dit zijn recordnummers van de bron, en aantallen die niet "
    "beschermd zijn."
)


def show_explanation(
    root: Path,
    kpi_id: str,
    period: str,
    slice_: Mapping[str, str],
    *,
    csv_file: Path | None,
    console: Console,
) -> int:
    """Show how a figure came about; 1 when its parts do not add up to it."""
    explanations = explain(Home(root.resolve()), kpi_id, Period.of(period), slice_)
    for explanation in explanations:
        _show(explanation, period, slice_, console)
    if csv_file is not None:
        _write(explanations, csv_file)
        console.print(f"\nDe hele lijst staat in {csv_file}.", markup=False)
    console.print(f"[yellow]![/] {INSIDE_ONLY}")
    return OK if all(each.agrees for each in explanations) else FLAGS


def _show(
    explanation: Explanation, period: str, slice_: Mapping[str, str], console: Console
) -> None:
    design = DESIGNS_NL.get(explanation.design, explanation.design)
    slice_text = "".join(f", {code}" for code in slice_.values())
    console.print(
        f"\n[bold]{explanation.kpi_id}[/] {escape(explanation.name_nl)}\n"
        f"{escape(period + slice_text)}, {design}"
    )
    for label, text in (("Telt", explanation.formula_nl), ("Keuze", explanation.choice_nl)):
        if text:
            console.print(f"[dim]{label}:[/] {escape(text)}")
    for table in explanation.tables:
        _show_table(table, console)
    if explanation.without_record:
        _show_counted("Geteld zonder rij in deze tabellen", explanation.without_record, console)
    console.print(f"\n[bold]Som:[/] {_figure(explanation.total, explanation.unit)}")
    if explanation.figure is None:
        console.print("In fct_kpi_value staat voor deze periode en verdeling geen cijfer.")
    elif explanation.agrees:
        console.print(
            "[green]✓[/] Gelijk aan het cijfer in het magazijn (fct_kpi_value). In de uitgave "
            "(kpi_value) staat het afgerond, of afgeschermd als het om te weinig mensen gaat."
        )
    else:
        console.print(
            "[red]Niet gelijk[/] aan het cijfer in fct_kpi_value: "
            f"{_figure(explanation.figure, explanation.unit)}. Draai een nacht en meld het als het "
            "blijft."
        )


def _show_table(table: Judged, console: Console) -> None:
    console.print(f"\n[bold]{table.table}[/]")
    for each in table.deliveries:
        rejected = sum(
            record.source_id == each.source_id and record.is_rejected for record in table.records
        )
        console.print(
            f"  {each.source_id}: {dutch.number(each.rows_in)} rijen geleverd, "
            f"{dutch.number(each.doubles)} dubbel, {dutch.number(rejected)} afgekeurd"
        )
    _show_counted("Geteld", table.counted, console)
    _show_left_out(table.left_out, console)
    counted, left = dutch.number(len(table.counted)), dutch.number(len(table.left_out))
    console.print(
        f"Geteld {counted} + niet geteld {left} = {dutch.number(len(table.records))} records"
    )
    if rows := table.unexplained_rows:
        console.print(
            f"[yellow]![/] {dutch.number(rows)} geleverde rijen staan hier niet bij: rijen die een "
            "latere levering verving of verwijderde, lijsten zonder enig antwoord, of een levering "
            "die na de berekening binnenkwam."
        )


def _show_counted(title: str, records: list[Record], console: Console) -> None:
    grid = plain_table("bron", "record", "datum", ("teller", "right"), ("noemer", "right"))
    for record in records[:SHOWN]:
        grid.add_row(
            record.source_id,
            escape(record.record_ref),
            f"{record.observed_on:%d-%m-%Y}" if record.observed_on else "",
            _number(record.numerator if record.value is None else record.value),
            _number(record.denominator),
        )
    if len(records) > SHOWN:
        grid.add_row("", f"… en nog {dutch.number(len(records) - SHOWN)}", "", "", "")
    grid.add_row(
        "[bold]samen[/]",
        f"[bold]{dutch.number(len(records))} records[/]",
        "",
        _number(_sum(records, "numerator")),
        _number(_sum(records, "denominator")),
    )
    console.print(title)
    console.print(grid)


def _show_left_out(records: list[Record], console: Console) -> None:
    if not records:
        return
    grid = plain_table("reden", ("records", "right"), "waarvan")
    for reason, group in _by_reason(records):
        grid.add_row(escape(reason), dutch.number(len(group)), _sample(group))
    grid.add_row("[bold]samen[/]", f"[bold]{dutch.number(len(records))}[/]", "")
    console.print("Niet geteld")
    console.print(grid)


def _by_reason(records: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    """Yield every reason with the records that it holds for, the most frequent first."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.reason or "", []).append(record)
    yield from sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def _sample(records: list[Record]) -> str:
    names = ", ".join(record.record_ref for record in records[:SHOWN])
    return escape(names) + (" …" if len(records) > SHOWN else "")


def _sum(records: list[Record], part: str) -> Decimal | None:
    values = [value for record in records if (value := getattr(record, part)) is not None]
    return sum(values, Decimal()) if values else None


def _figure(figure: Figure, unit: str | None) -> str:
    units = {"percentage": " %", "hours": " uur", "days": " dagen"}
    numerator, denominator, value = (_number(part) or "-" for part in astuple(figure))
    suffix = units.get(unit or "", "") if figure.value is not None else ""
    return f"teller {numerator}, noemer {denominator}, waarde {value}{suffix}"


def _number(value: Decimal | None) -> str:
    """Return a number as in '1.234,5', without zeros that say nothing."""
    if value is None:
        return ""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def _write(explanations: list[Explanation], file: Path) -> None:
    """Write one line per record, as Excel in Dutch reads it; teller and noemer add up."""
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow(FILE_COLUMNS)
        for explanation in explanations:
            tables = [(table.table, table.records) for table in explanation.tables]
            for name, records in (*tables, ("", explanation.without_record)):
                for record in records:
                    writer.writerow(
                        (
                            explanation.kpi_id,
                            explanation.design,
                            name,
                            record.source_id,
                            record.record_ref,
                            "ja" if record.reason is None else "nee",
                            record.reason or "",
                            record.subject or "",
                            record.observed_on or "",
                            *(
                                "" if part is None else str(part).replace(".", ",")
                                for part in (record.numerator, record.denominator, record.value)
                            ),
                        )
                    )
