"""Column types that know how the ERP stores things, so that no statement has to.

They take and give Python values: bool, aware datetime, text of any length, our own choice words.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Dialect, Integer, Unicode, UnicodeText
from sqlalchemy.types import TypeDecorator

CUT_MARK = " […]"
"""Ends a text that was too long for its column; the whole text is in the attached original."""


CHECK_BOX_LENGTH = 10
"""Characters that a check box's stored text may have."""

CHOICE_LENGTH = 50
"""Characters that a choice's stored word may have."""


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
        """A memo is the database's own text type."""
        return dialect.type_descriptor(Unicode(self.length) if self.length else UnicodeText())

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Clean and cut."""
        if value is None:
            return None
        if not value.isascii() or "\0" in value:
            value = value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        if self.length and len(value) > self.length:
            return value[: self.length - len(CUT_MARK)] + CUT_MARK
        return value


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
        return dialect.type_descriptor(Unicode(10) if isinstance(self.checked, str) else Integer())

    def coerce_compared_value(self, _op: Any, _value: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's signature
        """A comparison uses the stored pair too."""
        return self

    def process_bind_param(self, value: bool | None, _dialect: Dialect) -> int | str | None:  # noqa: FBT001 - SQLAlchemy's signature
        """True and False become the pair."""
        if value is None:
            return None
        return self.checked if value else self.unchecked

    def process_result_value(self, value: int | str | None, _dialect: Dialect) -> bool | None:
        """Only the stored value of a set box is True."""
        return None if value is None else value == self.checked


class Choice(TypeDecorator[str]):
    """One of our words, stored as the installation's word for it."""

    impl = Unicode
    cache_ok = True

    def __init__(self, stored: tuple[tuple[str, str], ...], length: int = 50) -> None:
        """Take pairs of our word and the stored word."""
        super().__init__(length)
        self.stored = stored
        self._to: Mapping[str, str] = dict(stored)
        self._from = {theirs: ours for ours, theirs in stored}

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Our word becomes the stored one; a stored one stays."""
        return None if value is None else self._to.get(value, value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """The stored word becomes ours; a word that is not ours stays."""
        return None if value is None else self._from.get(value, value)


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
        """An aware moment becomes local time."""
        if value is None:
            return None
        return value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Local time becomes an aware moment; of the hour that comes twice, the first."""
        return None if value is None else value.replace(tzinfo=self._zone).astimezone(UTC)
