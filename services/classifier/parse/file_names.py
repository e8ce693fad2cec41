"""File names of attachments: safe on every system, never a path, unique within a mail (H-13)."""

import mimetypes
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from services.classifier.parse import limits
from services.classifier.parse.charsets import clean_line
from services.classifier.parse.headers import Headers

_PATH = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)
_DOTS = ".\uff0e\u2024\u2025\u2026"
"""A dot, and what becomes dots where a program makes compatible letters of it (NFKC)."""
_LONGEST_SUFFIX = 20
_ENDINGS = mimetypes.MimeTypes()
"""Python's own table: the module's functions would ask files of the host as well."""

_NAMELESS = {
    "text/calendar": "invite.ics",
    "application/ics": "invite.ics",
    "message/rfc822": "message.eml",
    "text/plain": "text.txt",
    "text/html": "text.html",
    "image/jpeg": "image.jpg",
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
}


def given_name(headers: Headers, defects: list[str]) -> str | None:
    """Return the name that the header of a part gives, as it is there; None without one."""
    return headers.parameter("filename", "content-disposition", defects) or headers.parameter(
        "name", "content-type", defects
    )


def safe_name(name: str | None, content_type: str) -> str:
    """Return the last piece of `name` without what a file system or reader could trip over."""
    last = _PATH.split(clean_line(name or ""))[-1]
    last = "".join(map(_unreserved, last)).strip(f" {_DOTS}")
    if not last:
        return _name_for(content_type)
    # As a program sees it that makes compatible letters of others, such as those of full width.
    if _DEVICES.match(last) or _DEVICES.match(unicodedata.normalize("NFKC", last)):
        last = f"_{last}"
    if len(last) <= limits.FILE_NAME_CHARACTERS:
        return last
    stem, suffix = _divided(last)
    return stem[: limits.FILE_NAME_CHARACTERS - len(suffix)].rstrip(" .") + suffix


def _unreserved(character: str) -> str:
    """Return the character, unless it, or what is compatible with it, means something."""
    compatible = unicodedata.normalize("NFKC", character)
    return "_" if _RESERVED.search(compatible) else character


def _divided(name: str) -> tuple[str, str]:
    """Return a name without its ending, and the ending; an endless one is none."""
    suffix = PurePosixPath(name).suffix
    return (name[: -len(suffix)], suffix) if 0 < len(suffix) <= _LONGEST_SUFFIX else (name, "")


def unique_names(names: Iterable[str]) -> list[str]:
    """Return `names` with a number before the ending where one came before, whatever its case."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    unique = []
    for name in names:
        free = name
        while free.lower() in taken:
            counts[name.lower()] = count = counts.get(name.lower(), 1) + 1
            number = f" ({count})"
            stem, suffix = _divided(name)
            free = stem[: limits.FILE_NAME_CHARACTERS - len(suffix + number)] + number + suffix
        taken.add(free.lower())
        unique.append(free)
    return unique


def _name_for(content_type: str) -> str:
    if content_type in _NAMELESS:
        return _NAMELESS[content_type]
    stem = "image" if content_type.startswith("image/") else "attachment"
    return stem + (_ENDINGS.guess_extension(content_type) or ".bin")
