"""Records for a person."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def records_as_text(rows: Sequence[Mapping[str, object]]) -> RenderableType:
    """Records below each other, without empty fields."""
    blocks: list[RenderableType] = []
    for row in rows:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, value in row.items():
            if value not in (None, [], ""):
                table.add_row(Text(name.replace("_", " "), style="dim"), Text(value_as_text(value)))
        blocks += [table, Text()]
    return Group(*blocks) if blocks else Text("none")


def value_as_text(value: object) -> str:
    """A value as a person writes it."""
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, list):
        return " + ".join(map(str, value))
    return str(value)
