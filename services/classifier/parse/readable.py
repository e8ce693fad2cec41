"""The text of a mail: its readable parts decoded, and of several forms the one that counts (A-3).

Of an alternative the plain form is read: it is what the sender's program made of the same words.
Where it has none of them, the HTML is read: the plain form then says "your program shows no HTML".
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.classifier.parse import limits
from services.classifier.parse.charsets import clean, decode_text
from services.classifier.parse.flowed import unflowed
from services.classifier.parse.html import html_to_text
from services.classifier.parse.html_bounds import bounded_html
from services.classifier.parse.scanner import Part
from services.classifier.parse.transfer import transfer_encoding
from shared.backup.parts import decode_transfer
from shared.domain.folding import fold_line

_NOTICE_CHARACTERS = 500
_NOTICE = re.compile(
    r"\bhtml\b|brow?ser|prohlizec|prehliadac|\bclient|\bklient|\bview|zobraz|an(?:ge)?zeig|wyswietl"
    r"|przegladar|megjelen|bongesz|affich|navigat|navegador|visualiz|weergev|weergave|otobraz|vizualiz"
)
_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W\d_]{4,}")
_URL = re.compile(r"https?://\S+")


@dataclass(slots=True)
class Readable:
    """A part that is to be read.

    Attributes:
        part: Where it is in the mail.
        text: Decoded; HTML as it came.
        is_html: It is HTML.
        sha256: Digest of its bytes, line ends apart.
    """

    part: Part
    text: str
    is_html: bool
    sha256: str


def read_part(raw: bytes, part: Part, hint: str | None, defects: list[str]) -> Readable:
    """Decode a text part of `raw`; `hint` is a charset that another part declares."""
    # Four bytes of base64 or UTF-8 give at least one character of what is kept.
    end = min(part.end, part.start + 4 * limits.HTML_CHARACTERS)
    charset = part.headers.parameter("charset", "content-type", defects)
    decoded = decode_transfer(raw[part.start : end], transfer_encoding(part.headers))
    text = clean(decode_text(decoded, charset, defects, hint))
    digest = hashlib.sha256(decoded.translate(None, b"\r")).hexdigest()
    is_html = part.content_type == "text/html"
    if not is_html and _says(part, "format", "flowed"):
        text = unflowed(text, delete_space=_says(part, "delsp", "yes"))
    return Readable(part, text, is_html, digest)


def _says(part: Part, parameter: str, value: str) -> bool:
    return (part.headers.parameter(parameter, "content-type", []) or "").strip().lower() == value


def shown_page(readable: Sequence[Readable], defects: list[str]) -> str | None:
    """Return the HTML that records show, within its bounds; None without any."""
    page = next((one for one in readable if one.is_html), None)
    if page is not None:
        # So that its text is made of the same.
        page.text = bounded_html(page.text, defects)
    return page.text if page else None


def chosen_texts(readable: Sequence[Readable], defects: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield texts in order, and whether each comes from HTML."""
    html = _HtmlTexts(defects)
    alternatives: dict[int | None, list[Readable]] = {}
    for one in readable:
        alternatives.setdefault(one.part.alternative, []).append(one)
    alternatives.pop(None, None)
    stand_in = {number: _plain_form(forms, html) for number, forms in alternatives.items()}
    for one in readable:
        forms = alternatives.get(one.part.alternative, [])
        plain = stand_in.get(one.part.alternative)
        if one.is_html:
            if plain is None or _is_further(one, forms, plain, html):
                yield html.of(one), True
        elif one.text.strip() and (plain or not any(form.is_html for form in forms)):
            yield one.text, False


def _plain_form(forms: Sequence[Readable], html: "_HtmlTexts") -> str | None:
    """Return the plain text that stands for an alternative's HTML; None where the HTML counts."""
    text = "\n".join(form.text for form in forms if not form.is_html)
    page = next((form for form in forms if form.is_html), None)
    if page is None:
        return text
    if not _LETTER.search(text):
        return None
    is_notice = (
        len(text) <= _NOTICE_CHARACTERS
        and _NOTICE.search(fold_line(text))
        and not _is_said(text, html.of(page))
    )
    return None if is_notice else text


def _is_further(one: Readable, forms: Sequence[Readable], plain: str, html: "_HtmlTexts") -> bool:
    """Whether HTML behind the first one says what the plain form does not, as Apple Mail does it.

    It cuts the HTML where a file stands in it, and some programs put only the first piece in plain.
    """
    first = next(form for form in forms if form.is_html)
    return one is not first and not _is_said(html.of(one), plain)


def _is_said(text: str, other: str) -> bool:
    """Return whether most words of `text` are also in `other`."""
    words = set(_WORD.findall(fold_line(_URL.sub("", text))))
    return 2 * len(words - set(_WORD.findall(fold_line(other)))) < max(len(words), 1)


class _HtmlTexts:
    """Texts of HTML parts, each made once, up to the limit for all of them."""

    def __init__(self, defects: list[str]) -> None:
        self._defects = defects
        self._texts: dict[int, str] = {}
        self._left = limits.HTML_CHARACTERS

    def of(self, one: Readable) -> str:
        """Return the text of an HTML part; nothing behind the limit."""
        if id(one) not in self._texts:
            self._texts[id(one)] = self._read(one.text)
        return self._texts[id(one)]

    def _read(self, page: str) -> str:
        if self._left <= 0:
            return ""
        self._left -= len(page)
        if self._left <= 0:
            self._defects.append("HTML beyond the limit")
        return html_to_text(page, self._defects)
