"""XML of a mail that asks for records (behaviour E-4): its bytes, as they are to be read. Pure.

Only what names our language is kept: invoices and other XML are files and nothing else.
"""

import re
from collections.abc import Iterator, Sequence

from services.classifier.parse.charset_names import codec_of
from services.classifier.parse.charsets import decode_text
from services.classifier.parse.file_names import given_name
from services.classifier.parse.scanner import Part
from services.classifier.parse.transfer import decoded_prefix

XML_BYTES = 1024 * 1024
"""Of one document; of a longer one so much is kept that it is seen to be longer."""

MOST_DOCUMENTS = 2
"""More than one is too many already."""

_MARK = b"urn:crmservice:xml-mail"
_TYPES = ("application/xml", "text/xml")
_BEGIN = re.compile(rb"\A[\xef\xbb\xbf\xfe\xff]*\s*<[?a-zA-Z]")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_LINE_END = re.compile(r"\r\n?|\n")
_LOOKED_AT_BYTES = 400
_ENCODED_BYTES = 4 * XML_BYTES


def xml_documents(raw: bytes, leaves: Sequence[Part]) -> tuple[bytes, ...]:
    """Return the documents among the files of a mail, else the text if it is one."""
    files = [part for part in leaves if _is_file(part)]
    texts = [part for part in leaves if part.content_type == "text/plain" and _begins(raw, part)]
    for parts in (files, texts):
        if found := list(_documents(raw, parts)):
            return tuple(found[:MOST_DOCUMENTS])
    return ()


def _is_file(part: Part) -> bool:
    name = given_name(part.headers, []) or ""
    return part.content_type in _TYPES or name.strip().lower().endswith(".xml")


def _documents(raw: bytes, parts: Sequence[Part]) -> Iterator[bytes]:
    for part in parts:
        data = decoded_prefix(raw, part, _ENCODED_BYTES)[: XML_BYTES + 1]
        if _MARK in data.replace(b"\0", b""):
            yield _as_declared(data, part)


def _begins(raw: bytes, part: Part) -> bool:
    """Whether a text begins as XML does; most do not, and are not decoded once more."""
    begin = decoded_prefix(raw, part, _LOOKED_AT_BYTES).replace(b"\0", b"")
    return not _is_file(part) and _BEGIN.match(begin) is not None


def _as_declared(data: bytes, part: Part) -> bytes:
    """Decode as the part's header says, which goes before the XML's own word (RFC 7303, 3.2)."""
    charset = part.headers.parameter("charset", "content-type", [])
    if charset is None or codec_of(charset) in (None, "ascii"):
        begin = data.lstrip()
        return begin if begin.startswith(b"<?xml") else data
    text = decode_text(data, charset, []).removeprefix("\ufeff")
    return _DECLARATION.sub(_blank, text, count=1).encode("utf-8", "replace")


def _blank(found: re.Match[str]) -> str:
    """Blank it, as many lines as before: problems are told with their line."""
    return "\n" * len(_LINE_END.findall(found[0]))
