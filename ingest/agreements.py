"""What source contracts must agree on among themselves: the same words, and an owner each (K04)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ingest.contracts import SourceContract


def open_agreements(contracts: Iterable[SourceContract]) -> Iterator[str]:
    """Give a Dutch sentence for every contract without an owner and every code list that differs.

    Teams that register the same field must do so in the same codes, or their figures cannot be
    added; and a dataset that nobody follows is nobody's to mend. Neither holds a delivery.
    """
    by_column: dict[tuple[str, ...], list[tuple[str, set[str]]]] = defaultdict(list)
    for contract in contracts:
        if contract.owner is None:
            yield (
                f"K04: {contract.source_id} heeft geen eigenaar. Zet in het contract onder team "
                "wie deze gegevens volgt, met role: owner."
            )
        table = (contract.table.source_name, contract.table.table_name)
        for column in contract.landed_columns:
            if column.codes:
                # Another questionnaire or instrument may use the same name for something else.
                asked = contract.questionnaire or contract.instrument_id or ""
                key = (*table, asked, column.name)
                codes = {code for _, code in column.codes}
                by_column[key].append((contract.source_id, codes))
    for (source, table_name, _, name), lists in by_column.items():
        first_id, first = lists[0]
        for other_id, other in lists[1:]:
            if differing := sorted(first ^ other):
                yield (
                    f"K04: {first_id} en {other_id} vullen {source}.{table_name}.{name} met "
                    f"verschillende codes ({', '.join(differing)}). Spreek een codelijst af en zet "
                    "die in beide contracten."
                )
