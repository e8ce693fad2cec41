"""A message about nothing, for tests of how messages travel."""

from dataclasses import dataclass
from uuid import UUID, uuid5

_SPACE = UUID(int=2)


@dataclass(frozen=True)
class AMessage:
    """A message with a text."""

    text: str

    @property
    def mail_id(self) -> UUID:
        """The same text is the same mail."""
        return uuid5(_SPACE, self.text)


A_KEY = f"POP3Downloads/2026-11-21/{UUID(int=7)}.eml"
"""A backup's key."""
