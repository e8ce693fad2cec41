"""Column types that know how the ERP stores things, so that no statement has to.

They take and give Python values: bool, aware datetime, text of any length, our own choice words.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Unicode, UnicodeText
from sqlalchemy.types import TypeDecorator

from shared.netgenium.database.servers import charset, counts_bytes

CUT_MARK = " […]"
"""Ends a text that was too long for its column; the whole text is in the attached original."""


CHECK_BOX_LENGTH = 10
"""Characters that a check box's stored text may have."""

CHOICE_LENGTH = 50
"""Characters that a choice's stored word may have."""


_COUNT_UTF16 = ("mssql",)
"""Databases that count a character outside of the Basic Multilingual Plane as two."""

_JOINER = "\u200d"
_LAST_OF_BMP = "\uffff"

_EARLIEST = datetime(1753, 1, 1)  # noqa: DTZ001 - local time, as the ERP stores it
"""The first moment that SQL Server's `datetime` can hold."""

_LATEST = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - local time, as the ERP stores it
_LARGEST = 2**31 - 1
"""The largest number that a column `int` can hold."""


def cut(text: str, length: int, *, width: Callable[[str], int] = len) -> str:
    """Return `text` cut to `length` characters, with the mark if text is lost and it fits.

    Args:
        text: Any text.
        length: What the column holds, at least 1.
        width: What a text counts in that column: at least 1 for each character.
    """
    if width(text[: length + 1]) <= length:
        return text
    mark = CUT_MARK if length > width(CUT_MARK) else ""
    room, end = length - width(mark), 0
    while end < len(text) and room >= width(text[end]):
        room -= width(text[end])
        end += 1
    # What belongs to the character before it must not stand alone, nor be torn off.
    while end > 1 and (_continues(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return text[:end] + mark


def _width_in(dialect: Dialect) -> Callable[[str], int]:
    """Return what counts the width of a text in a column of that database."""
    if dialect.name in _COUNT_UTF16:
        return _utf16_units
    return partial(_bytes_in, charset(dialect)) if counts_bytes(dialect) else len


def _utf16_units(text: str) -> int:
    return len(text) + sum(one > _LAST_OF_BMP for one in text)


def _bytes_in(codec: str, text: str) -> int:
    return len(text.encode(codec, "replace"))


def _continues(character: str) -> bool:
    return character == _JOINER or unicodedata.category(character) in {"Mn", "Me", "Mc"}


def spelled(text: str, dialect: Dialect) -> str:
    """Return `text` as the database can hold it: no NUL, `?` for a letter that it lacks.

    What is compared must be spelled like what is stored.
    """
    if text.isascii():
        return text.replace("\0", "")
    codec = charset(dialect)
    if codec == "utf-8" and _is_plain_utf8(text):
        return text
    return text.replace("\0", "").encode(codec, "replace").decode(codec)


def _is_plain_utf8(text: str) -> bool:
    """Return whether `text` has neither NUL, which is found faster in bytes, nor surrogates."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def local_time(moment: datetime, zone: tzinfo) -> datetime:
    """Return `moment` in the local time of `zone`, without zone, as databases can hold it."""
    try:
        local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        # Less than a day from the ends of the calendar: a mail may claim any date.
        local = moment.replace(tzinfo=None)
    return min(max(local, _EARLIEST), _LATEST)


class CutText(TypeDecorator[str]):
    """Text that never fails to be stored: cut to `length` characters, without NUL and surrogates.

    A length of None is a memo without limit.
    """

    impl = Unicode
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        """Take the column's length in characters."""
        super().__init__(length) if length else super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy's signature
        """Make a memo the database's own text type."""
        return dialect.type_descriptor(Unicode(self.length) if self.length else UnicodeText())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean and cut."""
        if value is None:
            return None
        if self.length and (len(value) > self.length or not value.isascii()):
            value = cut(value.replace("\0", ""), self.length, width=_width_in(dialect))
        # After cutting: the mark may be beyond the database's letters, too.
        return spelled(value, dialect)


class CheckBox(TypeDecorator[bool]):
    """A check box stored as the pair of values that the installation uses."""

    impl = Integer
    cache_ok = True

    def __init__(self, checked: int | str, unchecked: int | str) -> None:
        """Take the stored values of a set and a cleared box."""
        super().__init__()
        self.checked = checked
        self.unchecked = unchecked

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy's signature
        """Text if the pair is text."""
        return dialect.type_descriptor(
            Unicode(CHECK_BOX_LENGTH) if isinstance(self.checked, str) else Integer()
        )

    def coerce_compared_value(self, _op: Any, _value: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's signature
        """Use the stored pair in comparisons, too."""
        return self

    def process_bind_param(self, value: bool | None, _dialect: Dialect) -> int | str | None:  # noqa: FBT001 - SQLAlchemy's signature
        """Turn True and False into the pair."""
        if value is None:
            return None
        return self.checked if value else self.unchecked

    def process_result_value(self, value: int | str | None, _dialect: Dialect) -> bool | None:
        """Return True for the stored value of a set box only; blanks that pad it do not count."""
        if isinstance(value, str):
            return value.rstrip() == self.checked
        return None if value is None else value == self.checked


class Choice(TypeDecorator[str]):
    """One of our words, stored as the installation's word for it."""

    impl = Unicode
    cache_ok = True

    def __init__(self, stored: tuple[tuple[str, str], ...], length: int = CHOICE_LENGTH) -> None:
        """Take pairs of our word and the stored word."""
        super().__init__(length)
        self.stored = stored
        self._to: Mapping[str, str] = dict(stored)
        self._from = {theirs: ours for ours, theirs in stored}

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Our word becomes the stored one; any other stays."""
        return None if value is None else self._to.get(value, value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """Turn the stored word into ours; a word that is not ours stays."""
        if value is None:
            return None
        # A column of fixed length pads with blanks.
        return self._from.get(value.rstrip(), value)


class WholeNumber(TypeDecorator[int]):
    """A whole number that never fails to be stored: beyond what an `int` holds, the limit."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        """Cut into the limits: a mail may claim any number."""
        return None if value is None else max(-_LARGEST, min(value, _LARGEST))


class Moment(TypeDecorator[datetime]):
    """A moment, stored without zone in the local time of the ERP's zone, to the second."""

    impl = DateTime
    cache_ok = True

    def __init__(self, zone: str) -> None:
        """Take the IANA name of the zone."""
        super().__init__()
        self.zone = zone
        self._zone = ZoneInfo(zone)

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn an aware moment into local time."""
        return None if value is None else local_time(value, self._zone).replace(microsecond=0)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Local time becomes an aware moment; of the hour that comes twice, the first."""
        return None if value is None else value.replace(tzinfo=self._zone).astimezone(UTC)
