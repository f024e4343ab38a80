"""What the readers of survey exports share: columns named as the contract names them."""

from collections.abc import Iterable, Sequence

from ingest.contracts import SourceContract
from ingest.readers import header_key


def source_keys(contract: SourceContract) -> dict[str, str]:
    """Return the names at the source of a contract by their key, the ones it drops included."""
    return {header_key(name): name for column in contract.columns for name in column.sources}


def contract_names(columns: Sequence[Sequence[str]], contract: SourceContract) -> tuple[str, ...]:
    """Name the columns of an export as the contract does.

    Each column brings the labels that it answers to, the one in the file first. A later column
    with the same label gets its number behind it, by position: 'Vraag', 'Vraag (2)'. A column
    that the contract does not name keeps its first label.
    """
    wanted = source_keys(contract)
    own = _numbered([labels[0] for labels in columns])
    names = [wanted.get(header_key(label)) for label in own]
    for position, labels in enumerate(columns):
        if names[position] is None:
            synonyms = (wanted.get(header_key(label)) for label in labels[1:])
            names[position] = next((name for name in synonyms if name and name not in names), None)
    return tuple(name or label for name, label in zip(names, own, strict=True))


def _numbered(labels: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    numbered = []
    for label in labels:
        name, count = label, 1
        while header_key(name) in seen:
            count += 1
            name = f"{label} ({count})"
        seen.add(header_key(name))
        numbered.append(name)
    return numbered
