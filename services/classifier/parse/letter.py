"""Which parts of a mail are what its sender wrote, and which are files (A-3, A-4). Pure."""

from collections.abc import Collection, Iterable

from services.classifier.parse.file_names import given_name
from services.classifier.parse.scanner import Part

_READABLE = ("text/plain", "text/html")
_ALTERNATIVE = "multipart/alternative"


def letter_of(parts: Iterable[Part], defects: list[str]) -> list[Part]:
    """Return the parts to be read, in order.

    Texts without a name, and forms of an alternative whatever their names; without any, the first
    text that is not sent as a file: scanners and forms name all that they send.
    """
    texts = [part for part in parts if _is_text(part)]
    unnamed = [part for part in texts if not given_name(part.headers, defects)]
    of_alternatives = [part for part in texts if part.parent == _ALTERNATIVE]
    if unnamed or of_alternatives:
        chosen = {id(part) for part in (*unnamed, *of_alternatives)}
        return [part for part in texts if id(part) in chosen]
    return texts[:1]


def is_another_form(part: Part, letter: Collection[Part], defects: list[str]) -> bool:
    """Whether a part says once more what the letter says, as AMP and calendars beside a text do."""
    return (
        part.parent == _ALTERNATIVE
        and part.content_type.startswith("text/")
        and not _is_attachment(part)
        and not given_name(part.headers, defects)
        and any(one.alternative == part.alternative for one in letter)
    )


def _is_text(part: Part) -> bool:
    return part.content_type in _READABLE and not _is_attachment(part)


def _is_attachment(part: Part) -> bool:
    return part.headers.word("content-disposition") == "attachment"
