"""HTML of mails: turned into readable text, and sanitised for the ERP.

Blocks and rows of tables become lines. What a reader cannot see (hidden attributes, `display:
none`, no font size) is left out, so that nobody can hide a token there. Quoted blocks carry the
quote mark of plain text, so that own text can be told from quotes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.classifier.parse.guard import guarded
from services.classifier.parse.html_bounds import bounded_html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_PREFORMATTED = re.compile(r"<pre[\s>]", re.IGNORECASE)
_LINE_TAG = re.compile(
    r"<(?=/?(?:address|article|blockquote|br|center|div|dd|dl|dt|fieldset|footer|form|h[1-6]|header"
    r"|hr|li|main|ol|p|pre|section|table|tr|ul)\b)",
    re.IGNORECASE,
)
_CELL_EDGE = re.compile(r"<(?=/?t[dh]\b)", re.IGNORECASE)
_INVISIBLE = "script,style,head,title,template,noscript,object,iframe,svg,math,select,textarea"
_MAYBE_HIDDEN = (
    "[hidden],[style*='none' i],[style*='hidden' i],[style*='collapse' i],[style*='mso-hide' i],"
    "[style*='font-size'][style*=':0' i],[style*='font-size'][style*=': 0' i],"
    "[style*='font-size'][style*=':.0' i],[style*='font-size'][style*=': .0' i],[style*='opacity']"
)
# A style that shows nothing. Classes are not looked up, and tiny or pale letters count as seen.
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|(?:font-size|opacity)\s*:\s*\+?(?:0+\.?0*|\.0+)(?:[a-z]{1,4}|%)?\s*(?:[;!]|$))",
    re.IGNORECASE,
)
_STYLE_CHARACTERS = 2000
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_QUOTE_BEGIN, _QUOTE_END = "\ue000", "\ue001"
_QUOTE_EDGE = re.compile(f"([{_QUOTE_BEGIN}{_QUOTE_END}])")
_DEEPEST_MARK = 5
_MANY_BREAKS = re.compile(r"\n{3,}")
_MOST_ROWS = 500
_MOST_CELLS = 20
_LINK_CHARACTERS = 2000
_SAFE_SCHEMES = {"http", "https", "mailto", "cid"}
_ABSOLUTE = re.compile(r"https?://[^/\\?#\s]|mailto:|cid:", re.IGNORECASE)


def html_to_text(html: str, defects: list[str]) -> str:
    r"""The text that a reader sees, lines ended by `\n`; quoted lines begin with `> `."""
    bounded = bounded_html(html, defects)
    return guarded("the HTML", lambda: _to_text(bounded), "", defects)


def sanitise_html(html: str) -> str:
    """HTML that can be shown: no scripts, handlers, forms, styles or remote pictures (H-14)."""
    defects: list[str] = []
    bounded = bounded_html(html, defects)
    return guarded("the HTML", lambda: _sanitised(bounded), "", defects)


@dataclass(frozen=True, slots=True)
class Structure:
    """Rows of all tables, cell by cell, and the targets of all links."""

    rows: tuple[tuple[str, ...], ...] = ()
    links: tuple[str, ...] = ()


def read_structure(html: str, defects: list[str]) -> Structure:
    """The first rows and links of `html`; of tables inside tables the inner rows."""
    bounded = bounded_html(html, defects)
    return guarded("the HTML", lambda: _structure(bounded), Structure(), defects)


def _structure(html: str) -> Structure:
    tree = _tree(html)
    rows = [
        tuple(" ".join(cell.text(deep=True).split()) for cell in row.css("td, th")[:_MOST_CELLS])
        for row in tree.css("tr")[:_MOST_ROWS]
        if row.css_first("table") is None
    ]
    links = [node.attributes.get("href") or "" for node in tree.css("a[href]")[:_MOST_ROWS]]
    return Structure(tuple(rows), tuple(link[:_LINK_CHARACTERS] for link in links))


def _tree(html: str) -> "LexborHTMLParser":
    # Here, as nh3 below, because both weigh megabytes, and a mail may have no HTML.
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415

    return LexborHTMLParser(html)


def _sanitised(html: str) -> str:
    import nh3  # noqa: PLC0415

    return nh3.clean(
        html,
        url_schemes=_SAFE_SCHEMES,
        url_relative="deny",
        attribute_filter=_attribute,
        link_rel="noopener noreferrer",
    )


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """A picture is shown only if it came with the mail: a remote one tells that it was read.

    What is relative would lead into the ERP, whose page shows the HTML; `https:x` is relative, too.
    """
    if tag == "img" and attribute == "src" and not value.strip().lower().startswith("cid:"):
        return None
    if attribute == "cite" or (attribute == "href" and not _ABSOLUTE.match(value.strip())):
        return None
    return value


def _to_text(html: str) -> str:
    if not _PREFORMATTED.search(html):
        html = " ".join(html.split())
    html = _CELL_EDGE.sub(" <", _LINE_TAG.sub("\n<", html))
    tree = _tree(html)
    tree.strip_tags(_INVISIBLE.split(","), recursive=True)
    for node in tree.css(_MAYBE_HIDDEN):
        if _is_hidden(node.attributes):
            node.decompose()
    _mark_quotes(tree)
    root = tree.root
    text = root.text(deep=True, separator="", strip=False) if root else ""
    return _tidy(text)


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    style = (attributes.get("style") or "")[:_STYLE_CHARACTERS]
    return "hidden" in attributes or bool(_HIDING.search(_STYLE_COMMENT.sub("", style)))


def _mark_quotes(tree: "LexborHTMLParser") -> None:
    """Mark quoted blocks: both ends where they have two, else all that follows (Outlook)."""
    for node in tree.css("blockquote, div.gmail_quote"):
        node.insert_before(_QUOTE_BEGIN)
        node.insert_after(_QUOTE_END)
    for node in tree.css("#divRplyFwdMsg, #appendonsend"):
        node.insert_before(_QUOTE_BEGIN)


def _tidy(text: str) -> str:
    """Blanks folded, lines stripped, and every line of a quoted block marked by its depth."""
    text = text.replace("\xa0", " ").replace("\t", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    pieces: list[str] = []
    depth = 0
    for piece in _QUOTE_EDGE.split(text):
        if piece == _QUOTE_BEGIN:
            depth += 1
        elif piece == _QUOTE_END:
            depth = max(depth - 1, 0)
        else:
            mark = ">" * min(depth, _DEEPEST_MARK) + " " if depth else ""
            pieces.append("\n".join([mark + line.strip() for line in piece.split("\n")]))
    return _MANY_BREAKS.sub("\n\n", "\n".join(pieces)).strip("\n")
