r"""Lines of HTML as a reader sees them: blocks begin new ones, cells of a row stand in one.

Edges are marked by white space that the text itself cannot have any more, because other characters
between the rows of a table would be moved out of it: `\n` for a block, `\t` for a row, `\f` for a
cell.
"""

import re

from services.classifier.parse.html_quotes import QUOTE_BEGIN, QUOTE_END

_PREFORMATTED = re.compile(r"<pre[\s>]", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"<(?=/?(?:address|article|blockquote|br|center|dd|div|dl|dt|fieldset|footer|form|h[1-6]|header"
    r"|hr|li|main|ol|p|pre|section|ul)\b)",
    re.IGNORECASE,
)
_ROW_TAG = re.compile(r"<(?=(?:/?caption|/?table|tr)\b)", re.IGNORECASE)
_CELL_TAG = re.compile(r"<(?=/?t[dh]\b)", re.IGNORECASE)
_HAS_TABLE = re.compile("<t[adhr]", re.IGNORECASE)
_TABLE_EDGE = re.compile(r"([\t\f])")
_QUOTE_EDGE = re.compile(f"([{QUOTE_BEGIN}{QUOTE_END}])")
_DEEPEST_MARK = 5
_MANY_BREAKS = re.compile(r"\n{3,}")
_MANY_MARKS = re.compile(r"^(>+ \n)(?:>+ \n)++", re.MULTILINE)
"""Blank lines of a quotation, of which a page has many where its blocks are nested."""


def with_edges(html: str) -> str:
    """`html` with its edges marked."""
    if not _PREFORMATTED.search(html):
        html = " ".join(html.split())
    html = _BLOCK_TAG.sub("\n<", html.replace("\t", " ").replace("\f", " "))
    if not _HAS_TABLE.search(html):
        return html
    return _CELL_TAG.sub("\f<", _ROW_TAG.sub("\t<", html))


def lines_of(text: str) -> str:
    """Blanks folded, lines stripped, and every line of a quoted block marked by its depth."""
    text = text.replace("\xa0", " ")
    if "\f" in text:
        text = _rows(text)
    text = text.replace("\t", "\n")
    while "  " in text:
        text = text.replace("  ", " ")
    pieces: list[str] = []
    depth = 0
    for piece in _QUOTE_EDGE.split(text):
        if piece == QUOTE_BEGIN:
            depth += 1
        elif piece == QUOTE_END:
            depth = max(depth - 1, 0)
        else:
            mark = ">" * min(depth, _DEEPEST_MARK) + " " if depth else ""
            pieces.append("\n".join([mark + line.strip() for line in piece.split("\n")]))
    lines = _MANY_BREAKS.sub("\n\n", "\n".join(pieces))
    return (_MANY_MARKS.sub(r"\1", lines) if "> \n" in lines else lines).strip("\n")


def _rows(text: str) -> str:
    """A cell of one paragraph stands in the line of its row; a longer one has lines of its own."""
    pieces: list[str] = []
    in_cell = False
    for piece in _TABLE_EDGE.split(text):
        if piece in ("\t", "\f"):
            in_cell = piece == "\f"
            pieces.append("\n" if piece == "\t" else " ")
        elif not in_cell or _QUOTE_EDGE.search(piece):
            pieces.append(piece)
        else:
            content = piece.strip()
            pieces.append(f"\n{content}\n" if "\n" in content else content)
    return "".join(pieces)
