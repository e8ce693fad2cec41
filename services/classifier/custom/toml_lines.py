"""Where each value is in a TOML file: the home of tree-sitter. Pure."""

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Place = tuple[str | int, ...]
"""The way to a value: names of keys, and places in lists from 0 on."""

_TOML = Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")


def lines_of(text: str) -> dict[Place, int]:
    """Return the line, from 1 on, of every table, key and item of a list of valid TOML."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    for node in Parser(_TOML).parse(text.encode()).root_node.named_children:
        if node.type == "pair":
            _add_pair(node, (), lines)
        elif node.type in {"table", "table_array_element"}:
            place = _table_place(node, counts)
            lines[place] = _line(node)
            lines.setdefault(place[:-1], _line(node))
            for pair in _children(node, "pair"):
                _add_pair(pair, place, lines)
    return lines


def line_at(place: Place, lines: dict[Place, int]) -> int | None:
    """Return the line of what stands at `place`, or of the nearest thing that it is in."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def _table_place(node: Node, counts: dict[Place, int]) -> Place:
    """Return where a header leads to: below a list of tables it means the last one so far."""
    place: Place = ()
    names = _names(next(iter(_children(node, *_KEYS))))
    for number, name in enumerate(names, start=1):
        place = (*place, name)
        if number == len(names) and node.type == "table_array_element":
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _add_pair(node: Node, owner: Place, lines: dict[Place, int]) -> None:
    key, *values = [child for child in node.named_children if child.type != "comment"]
    place = owner
    for name in _names(key):
        place = (*place, name)
        lines.setdefault(place, _line(node))
    for value in values:
        _add_value(value, place, lines)


def _add_value(node: Node, place: Place, lines: dict[Place, int]) -> None:
    if node.type == "inline_table":
        for pair in _children(node, "pair"):
            _add_pair(pair, place, lines)
    elif node.type == "array":
        items = (child for child in node.named_children if child.type != "comment")
        for index, item in enumerate(items):
            lines[*place, index] = _line(item)
            _add_value(item, (*place, index), lines)


def _names(key: Node) -> tuple[str, ...]:
    if key.type == "dotted_key":
        return tuple(name for child in _children(key, *_KEYS) for name in _names(child))
    text = (key.text or b"").decode()
    return (text[1:-1] if key.type == "quoted_key" else text,)


def _children(node: Node, *types: str) -> list[Node]:
    return [child for child in node.named_children if child.type in types]


def _line(node: Node) -> int:
    return node.start_point[0] + 1
