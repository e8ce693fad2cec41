"""Bounds on HTML before a tree is built from it: tree builders can be made to explode (H-6).

Four things cost more than linear time and memory, also in well made libraries: elements nested
deep, attributes of one element compared with each other, open formatting elements, which the
standard builds again in every block that follows (2,900 of `<b>` and 2 MB of `<p>` ask for more
than 10 GB, and a library that cannot have them ends the process), and characters of one text that
are written as references (2 MB of `&` take a minute). Each is bounded here by a search that is
linear itself. Mail that people write is never near.
"""

import re
from collections import Counter
from itertools import islice

from services.classifier.parse import limits

_SPACE = r"[\s/]"
_ATTRIBUTE = (
    rf"{_SPACE}*+[^\s/>][^\s/>=]*+"
    r"""(?>(?:\s*+=\s*+(?>(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s"'>][^\s>]*+)?))?)"""
)
_CROWDED_TAG = re.compile(
    rf"<([a-z][^\s/>]{{0,50}}+)(?={_SPACE})(?>(?:{_ATTRIBUTE}){{{limits.HTML_ATTRIBUTES},}})",
    re.IGNORECASE,
)
_TAG = re.compile("<")
_REFERENCE = re.compile("[&\xa0]")
_FORMATTING = re.compile(
    r"<(/?)(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
# Elements that are empty, or that the next one of their kind ends.
_FLAT = (
    "area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|p|param|source|tbody|td|tfoot|th|thead"
    "|tr|wbr"
)
# In drawings and formulas cells of tables nest without end; both are left out of texts, as is this.
_FOREIGN = re.compile(r"<(/?)(?:svg|math)(?=[\s/>])", re.IGNORECASE)
_NESTING_TAG = re.compile(rf"<(/?)(?!(?:{_FLAT})(?:[\s/>]|\Z))([a-z][^\s/>]*+)", re.IGNORECASE)


class BoundedHtml(str):
    """HTML that is bounded already: each page is looked through once, however often it is read."""

    __slots__ = ()


def bounded_html(html: str, defects: list[str]) -> BoundedHtml:
    """Return `html` so far as a tree can be built from it at a cost near its length."""
    return html if isinstance(html, BoundedHtml) else BoundedHtml(_bounded(html, defects))


def _bounded(html: str, defects: list[str]) -> str:
    if len(html) > limits.HTML_CHARACTERS:
        defects.append("HTML beyond the limit")
        html = html[: limits.HTML_CHARACTERS]
    tags = html.count("<")
    if tags > limits.HTML_TAGS:
        defects.append("HTML tags beyond the limit")
        html = _up_to(html, _TAG, limits.HTML_TAGS)
        tags = limits.HTML_TAGS
    if html.count("&") + html.count("\xa0") > limits.HTML_REFERENCES:
        defects.append("HTML references beyond the limit")
        html = _up_to(html, _REFERENCE, limits.HTML_REFERENCES)
    html = _CROWDED_TAG.sub(r"<\1 ", html)
    if tags <= limits.HTML_QUICK_TAGS or tags - html.count("</") <= limits.HTML_QUICK_TAGS:
        return html
    formatting = len(_FORMATTING.findall(html))
    if formatting * tags > limits.HTML_FORMATTING:
        # Bold and colour are not worth a crash; text and links stay. A link ends the one before
        # it, so links never add up.
        html = _FORMATTING.sub(r"<\1span", html)
    return _shallow(_FOREIGN.sub(r"<\1object", html), defects)


def _up_to(html: str, what: re.Pattern[str], most: int) -> str:
    """Return `html` with so many of `what`, of which it has more."""
    return html[: next(islice(what.finditer(html), most, None)).start()]


def _shallow(html: str, defects: list[str]) -> str:
    """Return `html` up to where it nests too deep."""
    opened: Counter[str] = Counter()
    depth = 0
    for tag in _NESTING_TAG.finditer(html):
        name = tag[2].lower()
        if not tag[1]:
            opened[name] += 1
            depth += 1
            if depth > limits.HTML_NESTING:
                defects.append("HTML nested beyond the limit")
                return html[: tag.start()]
        elif opened[name]:
            # An end without a beginning is passed over, as tree builders do.
            opened[name] -= 1
            depth -= 1
    return html
