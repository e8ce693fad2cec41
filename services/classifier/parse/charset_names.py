"""Names of charsets, and the codecs that they stand for: an allow-list."""

import codecs
import re
from functools import lru_cache

_FAMILIES = (
    "ascii utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be utf-7",
    " ".join(f"iso8859-{number}" for number in (*range(1, 12), 13, 14, 15, 16)),
    " ".join(f"cp{number}" for number in range(1250, 1259)),
    "koi8-r koi8-u mac-roman mac-latin2 cp437 cp874 cp850 cp852 cp866 cp874 cp932 cp949",
    "iso2022_jp shift_jis euc_jp euc_kr iso2022_kr gb2312 gbk gb18030 hz big5 tis-620",
)
# As Python calls them: to ask it for each would load the tables of all.
ALLOWED = frozenset(name for family in _FAMILIES for name in family.split())
"""Charsets of mail; never codecs that are none, as rot13, zlib or unicode_escape."""

_OURS = {
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "utf8mb4": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "windows-31j": "cp932",
    "cswindows31j": "cp932",
    "cp936": "gbk",
    "cp950": "big5",
}
_PAGE = re.compile(r"(?:windows|win|cp|ibm|dos|ms)[-_ ]?(\d{3,5})")
"""A code page by its number, as Windows and the registry name it; Python knows few of them."""


@lru_cache(maxsize=256)
def codec_of(charset: str | None) -> str | None:
    """Return the allowed Python codec for a charset's name, or None."""
    if not charset:
        return None
    name = charset.strip("\"'., \t").lower()
    found = _known(name) or _known(name.removeprefix("x-"))
    return found if found in ALLOWED else None


def _known(name: str) -> str | None:
    """Return Python's name of a charset, or None."""
    page = _PAGE.fullmatch(name)
    named = f"cp{page[1]}" if page else name
    try:
        return codecs.lookup(_OURS.get(named, named)).name
    except (LookupError, ValueError):
        return None
