"""Where a quotation is in HTML, by the elements that mail programs put around it (T-1)."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

QUOTE_BEGIN, QUOTE_END = "\ue0f1", "\ue0f2"

_QUOTES = (
    "blockquote,div.gmail_quote,div.yahoo_quoted,div[id^='yahoo_quoted'],div.protonmail_quote,"
    "div.tutanota_quote,div[name='quote'],div[name='messageReplySection'],"
    "[data-marker='__QUOTED_TEXT__']"
)
_INTRODUCTIONS = "div.moz-cite-prefix,div.gmail_attr,#reply-intro"
"""The lines before a quotation that say who wrote it."""

_QUOTED_FROM_HERE = (
    "#divRplyFwdMsg,#appendonsend,#mail-editor-reference-message-container,"
    ".ms-outlook-mobile-reference-message,hr#stopSpelling,div.moz-forward-container"
)
"""Everything behind these is quoted (Outlook, Thunderbird's forwarding)."""

_BORDER = re.compile(r"(?:^|;)\s*border(-left)?(?:-style|-width)?\s*:([^;]*)", re.IGNORECASE)
_NOTHING = re.compile(r"(?<![\w.#-])(?:none|hidden|0(?:px|pt|em|cm)?)(?![\w.])", re.IGNORECASE)
_COLOUR = re.compile(r"\([^()]*\)")
_STYLE_CHARACTERS = 2000


def mark_quotes(tree: "LexborHTMLParser") -> None:
    """Mark quoted blocks: both ends where they have two, else the beginning."""
    for node in tree.css(f"{_QUOTES},{_INTRODUCTIONS}"):
        if not _is_indented(node):
            node.insert_before(QUOTE_BEGIN)
            node.insert_after(QUOTE_END)
    for node in tree.css(_QUOTED_FROM_HERE):
        node.insert_before(QUOTE_BEGIN)


def _is_indented(node: "LexborNode") -> bool:
    """Return whether a block is the sender's own, as the button for indenting makes it."""
    attributes = node.attributes
    classes = (attributes.get("class") or "").split()
    if node.tag != "blockquote" or "type" in attributes or "gmail_quote" in classes:
        return False
    style = _COLOUR.sub("", (attributes.get("style") or "")[:_STYLE_CHARACTERS])
    borders = _BORDER.findall(style)
    # What is said of the left one counts: Outlook takes all away, and then draws that one.
    of_left = [value for left, value in borders if left] or [value for _, value in borders]
    return any(map(_NOTHING.search, of_left))
