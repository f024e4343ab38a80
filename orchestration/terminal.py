"""How lists look in the terminal, whichever command shows them."""

from rich.table import Table


def plain_table(*columns: str | tuple[str, str]) -> Table:
    """Return a table without lines; a column is its heading, or its heading and 'right'."""
    table = Table(header_style="dim", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns:
        name, justify = column if isinstance(column, tuple) else (column, "left")
        table.add_column(name, justify="right" if justify == "right" else "left")
    return table
