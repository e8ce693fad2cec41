"""HTML of mails: turned into readable text, and sanitised for the ERP.

Blocks and rows of tables become lines. What a reader cannot see (hidden attributes, `display:
none`, no font size) is left out, so that nobody can hide a token there. Quoted blocks carry the
quote mark of plain text, so that own text can be told from quotes.
"""

import re

import nh3
from selectolax.lexbor import LexborHTMLParser

from services.classifier.parse import limits
from services.classifier.parse.guard import guarded

_PREFORMATTED = re.compile(r"<pre[\s>]", re.IGNORECASE)
_LINE_TAG = re.compile(
    r"<(?=/?(?:address|article|blockquote|br|center|div|dd|dl|dt|fieldset|footer|form|h[1-6]|header"
    r"|hr|li|main|ol|p|pre|section|table|tr|ul)\b)",
    re.IGNORECASE,
)
_CELL_END = re.compile(r"<(?=/t[dh]\b)", re.IGNORECASE)
_NESTING_TAG = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|param|source|wbr)\b)"
    r"[a-z]",
    re.IGNORECASE,
)
_INVISIBLE = "script,style,head,title,template,noscript,object,iframe,svg,math,select,textarea"
_HIDDEN = (
    "[hidden],[style*='display:none' i],[style*='display: none' i],"
    "[style*='visibility:hidden' i],[style*='visibility: hidden' i],"
    "[style*='font-size:0;' i],[style*='font-size: 0;' i],[style*='font-size:0px' i],"
    "[style*='font-size: 0px' i],[style$='font-size:0' i],[style*='mso-hide:all' i]"
)
_QUOTES = "blockquote, .gmail_quote, #divRplyFwdMsg, #appendonsend, .moz-cite-prefix"
_QUOTE_BEGIN, _QUOTE_END = "\ue000", "\ue001"
_QUOTE_EDGE = re.compile(f"([{_QUOTE_BEGIN}{_QUOTE_END}])")
_DEEPEST_MARK = 5
_MANY_BREAKS = re.compile(r"\n{3,}")
_SAFE_SCHEMES = {"http", "https", "mailto", "cid"}


def html_to_text(html: str, defects: list[str]) -> str:
    r"""The text that a reader sees, lines ended by `\n`; quoted lines begin with `> `."""
    if len(html) > limits.HTML_CHARACTERS:
        defects.append("HTML beyond the limit")
        html = html[: limits.HTML_CHARACTERS]
    shallow = _shallow(html, defects)
    return guarded("the HTML", lambda: _to_text(shallow), "", defects)


def sanitise_html(html: str) -> str:
    """HTML that can be shown: no scripts, handlers, forms, styles or remote pictures (H14)."""
    defects: list[str] = []
    shallow = _shallow(html[: limits.HTML_CHARACTERS], defects)
    return guarded("the HTML", lambda: _sanitised(shallow), "", defects)


def _sanitised(html: str) -> str:
    return nh3.clean(
        html, url_schemes=_SAFE_SCHEMES, attribute_filter=_attribute, link_rel="noopener noreferrer"
    )


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """A picture is shown only if it came with the mail: a remote one tells that it was read."""
    if tag == "img" and attribute == "src" and not value.strip().lower().startswith("cid:"):
        return None
    return value


def _shallow(html: str, defects: list[str]) -> str:
    """`html` up to where it nests too deep: parsing takes quadratic time in the depth."""
    if html.count("<") - html.count("</") <= limits.HTML_NESTING:
        return html
    depth = 0
    for tag in _NESTING_TAG.finditer(html):
        # An end without a beginning is passed over, as parsers do.
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > limits.HTML_NESTING:
            defects.append("HTML nested beyond the limit")
            return html[: tag.start()]
    return html


def _to_text(html: str) -> str:
    if not _PREFORMATTED.search(html):
        html = " ".join(html.split())
    html = _CELL_END.sub(" <", _LINE_TAG.sub("\n<", html))
    tree = LexborHTMLParser(html)
    tree.strip_tags(_INVISIBLE.split(","), recursive=True)
    for node in tree.css(_HIDDEN):
        node.decompose()
    _mark_quotes(tree)
    root = tree.root
    text = root.text(deep=True, separator="", strip=False) if root else ""
    return _tidy(text)


def _mark_quotes(tree: LexborHTMLParser) -> None:
    for node in tree.css(_QUOTES):
        if node.tag == "blockquote":
            node.insert_before(_QUOTE_BEGIN)
            node.insert_after(_QUOTE_END)


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
