"""What all generated pages are made of."""

from collections.abc import Iterable, Iterator


def head(title: str, origin: str, command: str = "reference") -> tuple[str, ...]:
    """Return the first lines of a page: its title, and where to change it."""
    made = f"Deze pagina is gemaakt uit {origin} met `make {command}`; wijzig haar daar, niet hier."
    return (f"# {title}", "", made, "")


def table(heading: tuple[str, ...], rows: Iterable[tuple[str | None, ...]]) -> Iterator[str]:
    """Yield the lines of a table; an empty cell is nothing."""
    for cells in (heading, ("---",) * len(heading), *rows):
        texts = (" ".join((cell or "").split()).replace("|", r"\|") for cell in cells)
        yield f"| {' | '.join(texts)} |"
    yield ""
