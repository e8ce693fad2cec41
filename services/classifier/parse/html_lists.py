"""Bullets and numbers of lists, which a page draws and its text does not have (A-3)."""

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from services.classifier.parse.html_lines import ITEM_BEGIN, SOFT

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_EMPTY = f" \n\xa0{SOFT}"

_MOST_ITEMS = 1000
_LONGEST_START = 6
_PLAIN = re.compile(r"list-style(?:-type)?\s*:[^;]{0,40}\bnone\b", re.IGNORECASE)
_STYLE_CHARACTERS = 2000


def mark_items(tree: "LexborHTMLParser") -> None:
    """Put a bullet, or its number, at the beginning of each item of a list that shows them."""
    numbers: dict[int, int] = defaultdict(int)
    for item in tree.css("li")[:_MOST_ITEMS]:
        around, first = item.parent, item.first_child
        if around is None or first is None or _is_plain(item) or _is_plain(around):
            continue
        if first.next is None and not (first.text_content or "x").strip(_EMPTY):
            continue
        if around.tag != "ol":
            first.insert_before(f"\u2022{ITEM_BEGIN}")
            continue
        numbers[around.mem_id] += 1
        first.insert_before(f"{_start(around) + numbers[around.mem_id] - 1}.{ITEM_BEGIN}")


def _is_plain(node: "LexborNode") -> bool:
    style = (node.attributes.get("style") or "")[:_STYLE_CHARACTERS]
    return _PLAIN.search(style) is not None


def _start(items: "LexborNode") -> int:
    start = items.attributes.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < _LONGEST_START else 1
