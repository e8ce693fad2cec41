r"""Lines of HTML as a reader sees them: blocks begin new ones, cells of a row stand in one.

Paragraphs have a blank line between them, other blocks only begin a new line where none begins yet:
programs put each line into a `div` of its own, and Outlook into a paragraph without a margin.

Edges are marked by white space that the text itself cannot have any more, because other characters
between the rows of a table would be moved out of it: `\n` for a line, `\t` for a row, twice for
the end of a table, `\f` for a cell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from services.classifier.parse.html_quotes import QUOTE_BEGIN, QUOTE_END

_PREFORMATTED = re.compile(r"<pre[\s>]", re.IGNORECASE)
_TAG = re.compile("<(/?[A-Za-z][A-Za-z0-9]*)")
SOFT = "\x1f"
"""Begins a line where none begins yet; beside rows it may be moved out, as its block is.

In ASCII, as most pages are; a decoded text has no such characters any more.
"""

ITEM_BEGIN = "\x1e"
"""Stands behind the bullet or number of an item: what follows is in its line."""

_BLOCKS = (
    *("address", "article", "center", "dd", "div", "dt", "fieldset", "footer", "form", "header"),
    *("li", "main", "ol", "section", "ul"),
)
_PARAGRAPHS = ("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre")
_EDGES = {
    **{end + name: f"{SOFT}<" for name in _BLOCKS for end in ("", "/")},
    **{end + name: "\n\n<" for name in _PARAGRAPHS for end in ("", "/")},
    **dict.fromkeys(("br", "/br"), "\n<"),
    **dict.fromkeys(("caption", "/caption", "table", "tr"), "\t<"),
    "/table": "\t\t<",
    **dict.fromkeys(("td", "/td", "th", "/th"), "\f<"),
}
"""What stands before a tag, its `<` included, where there is an edge."""

_P_BEGINS, _P_ENDS = ("p", "P"), ("/p", "/P")
_NO_MARGIN = re.compile(
    r"[^>]{0,200}?(?:\bclass ?= ?[\"']?Mso|\bmargin(?:-top|-bottom)? ?: ?0)", re.IGNORECASE
)
_SOFT_EDGES = re.compile(f"(?>(?:\n *+)?){SOFT}[{SOFT} ]*+")
_ITEM = re.compile(f"{ITEM_BEGIN}[{SOFT}\n ]*+")
_ALONE_IN_CELL = re.compile(
    r"\f[ \n]*+\t[ \n]*+\t[ \n]*+\f([ \n]*+[^ \n\t\f][^\t\f]*+)\f[ \n]*+\t\t[ \n]*+\f"
)
"""A table of one cell that is all of a cell: pages for telephones have it around every column."""

_TABLES_IN_TABLES = 4
_DEEPEST_MARK = 5
_MANY_BLANKS = re.compile("  +")
_BLANKS = "\t\f"
_WHITE = "\n\r\t\f\v"
_MANY_MARKS = re.compile(r"(\n>+ \n)(?>(?:>+ \n)+)")
"""Blank lines of a quotation, of which a page has many where its blocks are nested."""


def with_edges(html: str) -> tuple[str, frozenset[str]]:
    """Return `html` with its edges marked, and in lower case which tags may begin in it."""
    for blank in _BLANKS if _PREFORMATTED.search(html) else _WHITE:
        html = html.replace(blank, " ")
    pieces = _TAG.split(html)
    tags = pieces[1::2]
    # Of many tags few differ.
    edged = {tag: _EDGES.get(tag.lower(), "<") + tag for tag in set(tags)}
    pieces[1::2] = map(edged.__getitem__, tags)
    _close_up(pieces, tags)
    return "".join(pieces), frozenset(map(str.lower, edged))


def _close_up(pieces: list[str], tags: Sequence[str]) -> None:
    """Let paragraphs without a margin only begin a line, and only end one."""
    has_margin = True
    for place, tag in enumerate(tags):
        if tag in _P_BEGINS:
            has_margin = _NO_MARGIN.match(pieces[2 * place + 2]) is None
        elif tag not in _P_ENDS:
            continue
        if not has_margin:
            pieces[2 * place + 1] = f"{SOFT}<{tag}"


def lines_of(text: str) -> str:
    """Fold blanks, strip lines, and mark every line of a quoted block by its depth."""
    text = _SOFT_EDGES.sub("\n", _ITEM.sub(" ", text)).replace("\xa0", " ")
    if "\f" in text:
        text = _rows(text)
    text = text.replace("\t", "\n")
    text = _MANY_BLANKS.sub(" ", text)
    lines = "\n".join(_without_gaps(_marked(text)))
    return (_MANY_MARKS.sub(r"\1", f"\n{lines}") if "> \n>" in lines else lines).strip("\n")


def _marked(text: str) -> Iterator[str]:
    """Yield lines, stripped; those of quoted blocks with their marks."""
    if QUOTE_BEGIN not in text and QUOTE_END not in text:
        yield from map(str.strip, text.split("\n"))
        return
    depth = -1
    for block in text.split(QUOTE_BEGIN):
        depth += 1
        for number, piece in enumerate(block.split(QUOTE_END)):
            depth = max(depth - 1, 0) if number else depth
            mark = ">" * min(depth, _DEEPEST_MARK) + " " if depth else ""
            yield from (mark + line.strip() for line in piece.split("\n"))


def _without_gaps(lines: Iterable[str]) -> Iterator[str]:
    """Yield `lines` with one blank line of several."""
    before = "."
    for line in lines:
        if line or before:
            yield line
        before = line


def _rows(text: str) -> str:
    """Write a cell of one paragraph in the line of its row; a longer one has lines of its own."""
    for _ in range(_TABLES_IN_TABLES):
        text, found = _ALONE_IN_CELL.subn(r"\f\1\f", text)
        if not found:
            break
    before, *cells = text.split("\f")
    pieces = [before]
    for cell in cells:
        content, row, behind = cell.partition("\t")
        if QUOTE_BEGIN not in content and QUOTE_END not in content:
            content = content.strip()
            content = f"\n{content}\n" if "\n" in content else content
        pieces += (" ", content, row, behind)
    return "".join(pieces)
