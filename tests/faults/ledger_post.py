"""The ledger's outgoing mail: what left, and whether anything left again that had been heard of.

A server knows that its answer was heard when the client goes on to the next mail: our mailer does
so only once the answer is written down. What was heard of must never come again.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine, select

from services.answers.outgoing import retry_mails
from shared.netgenium.own.tables import outbox_table
from tests.servers.smtp import SmtpRules, SmtpTestServer

SUPPORT = "support@firma.cz"
UNKNOWN = "[#9999]"
"""In a subject it sends the mail to the support: no task has this number."""

KEYS = {
    "conversations": "true",
    "supportAddress": SUPPORT,
    "smtpTls": "none",
    "mailsPerHour": "100000",
}

_NUMBER = re.compile(r"Ledger (\d+)")


@dataclass(slots=True)
class _Copy:
    """A mail as it came once."""

    number: int
    message_id: str
    heard: bool = False


@dataclass
class LedgerPost(SmtpRules):
    """What a mail server has taken, and which of its answers were heard."""

    copies: list[_Copy] = field(default_factory=list)
    _last: dict[int, _Copy] = field(default_factory=dict)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """The next mail: whoever sends it has heard what was said to the one before."""
        if before := self._last.get(id(session)):
            before.heard = True
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail; its answer may be lost on the way."""
        mail = message_from_bytes(envelope.original_content or b"", policy=default)
        found = _NUMBER.search(str(mail["Subject"]))
        copy = _Copy(int(found[1]) if found else -1, str(mail["Message-ID"]))
        self.copies.append(copy)
        self._last[id(session)] = copy
        return await super().handle_DATA(server, session, envelope)

    def sent_again(self) -> list[str]:
        """Return the mails that came again although an answer to them had been heard."""
        again, heard = [], set()
        for copy in self.copies:
            if copy.message_id in heard:
                again.append(f"Ledger {copy.number}")
            heard |= {copy.message_id} if copy.heard else set()
        return again

    def names(self) -> dict[int, set[str]]:
        """Return under which Message-IDs each mail came: one, however often."""
        names: dict[int, set[str]] = {}
        for copy in self.copies:
            names.setdefault(copy.number, set()).add(copy.message_id)
        return names


@contextmanager
def a_ledger_post() -> Iterator[tuple[LedgerPost, int]]:
    """A mail server for the length of the block, and its port."""
    post = LedgerPost()
    with SmtpTestServer(post) as server:
        yield post, server.port


def make_due(engine: Engine) -> None:
    """Have what waits sent at once: half an hour after a mailer died, it would be."""
    own = outbox_table.c
    with engine.connect() as connection:
        waiting = connection.scalars(select(own.outbox_id).where(own.state == "waiting"))
        ids: Sequence[str] = [str(one) for one in waiting]
    retry_mails(engine, ids)


def states(engine: Engine) -> set[str]:
    """Return the states that mails of the outbox are in."""
    with engine.connect() as connection:
        return set(connection.scalars(select(outbox_table.c.state).distinct()))
