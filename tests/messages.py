"""A message about nothing, for tests of how messages travel; and notes of failed mail."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.fetcher.failed import FailedMailNote
from shared.contracts.messages import MailFetched

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


def a_failure(reason: str) -> FailedMailNote:
    """The note of a mail that can never be processed."""
    message = MailFetched(
        mail_id=UUID(int=7),
        box="crm",
        source="imap:INBOX/7/12",
        received_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        size=0,
        sha256="00" * 32,
        backup_key=A_KEY,
    )
    return FailedMailNote(message, reason, "2026-11-21T08:00:00+00:00")
