r"""Lines of HTML as a reader sees them: blocks begin new ones, cells of a row stand in one.

Edges are marked by white space that the text itself cannot have any more, because other characters
between the rows of a table would be moved out of it: `\n` for a block, `\t` for a row, `\f` for a
cell.
"""

import re
from collections.abc import Iterator

from services.classifier.parse.html_quotes import QUOTE_BEGIN, QUOTE_END

_PREFORMATTED = re.compile(r"<pre[\s>]", re.IGNORECASE)
# By first letters of both cases, so that most tags are passed over at the first look.
_BLOCK_TAG = re.compile(
    r"<(?=/?(?:[pP](?i:re)?|[dD](?i:iv|[dlt])|[bB](?i:r|lockquote)|[hH](?i:[1-6r]|eader)|[lL](?i:i)"
    r"|[uUoO](?i:l)|[cC](?i:enter)|[aA](?i:ddress|rticle)|[fF](?i:ieldset|ooter|orm)|[mM](?i:ain)"
    r"|[sS](?i:ection))\b)"
)
_ROW_TAG = re.compile(r"<(?=/?[cC](?i:aption)\b|/?[tT](?i:able)\b|[tT][rR]\b)")
_CELL_TAG = re.compile(r"<(?=/?[tT][dDhH]\b)")
_HAS_TABLE = re.compile("<t[adhr]", re.IGNORECASE)
_QUOTE_EDGE = re.compile(f"([{QUOTE_BEGIN}{QUOTE_END}])")
_DEEPEST_MARK = 5
_MANY_BLANKS = re.compile("  +")
_BLANKS = "\t\f"
_WHITE = "\n\r\t\f\v"
_MANY_MARKS = re.compile(r"^(>+ \n)(?:>+ \n)++", re.MULTILINE)
"""Blank lines of a quotation, of which a page has many where its blocks are nested."""


def with_edges(html: str) -> str:
    """`html` with its edges marked."""
    for blank in _BLANKS if _PREFORMATTED.search(html) else _WHITE:
        html = html.replace(blank, " ")
    html = _BLOCK_TAG.sub("\n<", html)
    if not _HAS_TABLE.search(html):
        return html
    return _CELL_TAG.sub("\f<", _ROW_TAG.sub("\t<", html))


def lines_of(text: str) -> str:
    """Blanks folded, lines stripped, and every line of a quoted block marked by its depth."""
    text = text.replace("\xa0", " ")
    if "\f" in text:
        text = _rows(text)
    text = text.replace("\t", "\n")
    text = _MANY_BLANKS.sub(" ", text)
    lines = "\n".join(_marked(text))
    while "\n\n\n" in lines:
        lines = lines.replace("\n\n\n", "\n\n")
    return (_MANY_MARKS.sub(r"\1", lines) if "> \n" in lines else lines).strip("\n")


def _marked(text: str) -> Iterator[str]:
    """Yield lines, stripped; those of quoted blocks with their marks."""
    if QUOTE_BEGIN not in text and QUOTE_END not in text:
        yield from map(str.strip, text.split("\n"))
        return
    depth = 0
    for piece in _QUOTE_EDGE.split(text):
        if piece == QUOTE_BEGIN:
            depth += 1
        elif piece == QUOTE_END:
            depth = max(depth - 1, 0)
        else:
            mark = ">" * min(depth, _DEEPEST_MARK) + " " if depth else ""
            yield from (mark + line.strip() for line in piece.split("\n"))


def _rows(text: str) -> str:
    """A cell of one paragraph stands in the line of its row; a longer one has lines of its own."""
    before, *cells = text.split("\f")
    pieces = [before]
    for cell in cells:
        content, row, behind = cell.partition("\t")
        if QUOTE_BEGIN not in content and QUOTE_END not in content:
            content = content.strip()
            content = f"\n{content}\n" if "\n" in content else content
        pieces += (" ", content, row, behind)
    return "".join(pieces)
