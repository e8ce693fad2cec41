"""HTML of mails: turned into readable text, and sanitised for the ERP.

Blocks and rows of tables become lines. What a reader cannot see (hidden attributes, `display:
none`, no font size) is left out, so that nobody can hide a token there. Quoted blocks carry the
quote mark of plain text, so that own text can be told from quotes.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.classifier.parse.guard import guarded
from services.classifier.parse.html_bounds import bounded_html
from services.classifier.parse.html_lines import lines_of, with_edges
from services.classifier.parse.html_links import number_links, with_targets
from services.classifier.parse.html_lists import mark_items
from services.classifier.parse.html_quotes import mark_quotes

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_INVISIBLE = (
    *("script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg"),
    *("math", "select", "textarea", "dialog", "datalist", "noframes", "noembed", "canvas"),
    *("audio", "video"),
)
# A style that shows nothing. Classes are not looked up, and tiny or pale letters count as seen.
_NOTHING = r"0++\.?+0*+|\.0++"
_ZERO = rf"\+?(?:{_NOTHING})(?:[a-z]{{1,4}}|%)?\s*+(?:[;!]|$)"
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    rf"|(?:font-size|opacity)\s*:\s*{_ZERO}"
    rf"|font\s*:\s*+(?:[a-z]++\s++){{0,4}}(?:{_NOTHING})[a-z%]{{0,4}}[/\s]"
    r"|(?:text-indent|left|top|right|bottom|margin-(?:left|top))\s*:\s*-[0-9]{4,}"
    rf"|content-visibility\s*:\s*hidden|filter\s*:\s*opacity\(\s*(?:{_NOTHING})%?\s*\)"
    rf"|transform\s*:\s*scale[xy]?\(\s*(?:{_NOTHING})\s*[,)]"
    r"|clip-path\s*:\s*(?:inset\(\s*(?:[5-9][0-9]|100)(?:\.[0-9]{1,9})?%|circle\(\s*0)"
    r"|color\s*:\s*transparent)",
    re.IGNORECASE,
)
_CLIPPED = re.compile(r"(?:^|;)\s*overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_NO_ROOM = re.compile(
    rf"(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*(?:{_ZERO}|1px\s*(?:[;!]|$))", re.IGNORECASE
)
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
"""One that is not closed goes to the end, as in browsers: so the pattern is linear, too."""

_STYLE_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)
_LAST_CHARACTER = 0x10FFFF
_MOST_ROWS = 500
_MOST_CELLS = 20
_LINK_CHARACTERS = 2000
_NEVER_SHOWN = {
    *("script", "style", "title", "textarea", "select", "noscript", "noframes", "noembed"),
    *("dialog", "datalist", "canvas", "audio", "video", "object", "iframe"),
}
_SAFE_SCHEMES = {"http", "https", "mailto", "cid"}
_ABSOLUTE = re.compile(r"https?://[^/\\?#\s]|mailto:|cid:", re.IGNORECASE)


def html_to_text(html: str, defects: list[str], *, targets: bool = True) -> str:
    r"""Return the text that a reader sees, lines ended by `\n`; quoted lines begin with `> `.

    With `targets` it is followed by where its links lead.
    """
    bounded = bounded_html(html, defects)
    return guarded("the HTML", lambda: _to_text(bounded, targets=targets), "", defects)


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
    """Return the first rows and links of `html`; of tables inside tables the inner rows."""
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
        _without_hidden(html),
        clean_content_tags=_NEVER_SHOWN,
        url_schemes=_SAFE_SCHEMES,
        url_relative="deny",
        attribute_filter=_attribute,
        link_rel="noopener noreferrer",
    )


def _without_hidden(html: str) -> str:
    """Take out what styles hide: they are taken out themselves, so it would be shown."""
    tree = _tree(html)
    hidden = _hidden(tree)
    for node in reversed(hidden):
        node.decompose()
    return (tree.html or "") if hidden else html


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """Filter an attribute; a remote picture is not shown, for it tells that the mail was read.

    What is relative would lead into the ERP, whose page shows the HTML; `https:x` is relative, too.
    """
    if tag == "img" and attribute == "src" and not value.strip().lower().startswith("cid:"):
        return None
    if attribute == "cite" or (attribute == "href" and not _ABSOLUTE.match(value.strip())):
        return None
    return value


def _to_text(html: str, *, targets: bool) -> str:
    edged, tags = with_edges(html)
    tree = _tree(edged)
    tree.strip_tags([tag for tag in _INVISIBLE if tag in tags], recursive=True)
    # From the end: whoever is inside goes before the element around.
    for node in reversed(_hidden(tree)):
        node.decompose()
    mark_quotes(tree)
    mark_items(tree)
    numbered = number_links(tree) if targets else []
    root = tree.root
    text = lines_of(root.text(deep=True, separator="", strip=False) if root else "")
    return with_targets(text, numbered)


def _hidden(tree: "LexborHTMLParser") -> "list[LexborNode]":
    """Find elements that show nothing; few of a page's many styles differ, so each is read once."""
    hides: dict[str, bool] = {}
    found = []
    for node in tree.css("[style],[hidden]"):
        attributes = node.attributes
        style = attributes.get("style") or ""
        if style not in hides:
            hides[style] = _hides(style)
        if hides[style] or "hidden" in attributes:
            found.append(node)
    return found


def _meant(escape: re.Match[str]) -> str:
    """Return the character that a style has written as its number, or behind a backslash."""
    number = int(escape[1], 16) if escape[1] else ord(escape[2])
    return chr(number) if number <= _LAST_CHARACTER else ""


def _hides(style: str) -> bool:
    style = _STYLE_COMMENT.sub("", style)
    if "\\" in style:
        style = _STYLE_ESCAPE.sub(_meant, style)
    if _HIDING.search(style):
        return True
    return _CLIPPED.search(style) is not None and _NO_ROOM.search(style) is not None
