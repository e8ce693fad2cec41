"""Acknowledge in two steps: mail is taken now, and leaves its box once it is recorded (I-8).

What was taken is not fetched again meanwhile, and what is recorded is noted before the word for it
is acknowledged; so a crash between any two steps loses and doubles nothing. After a loss of the
fetcher's memory the mail is fetched again, is the same mail, and the writer says the word again.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.fetcher.sources.port import Alarm, Source, SourceMail
from shared.contracts.mailbox_actions import Told

_LOOK_SECONDS = 0.5


class RecordedInbox(Protocol):
    """Tells which mail the writer has recorded; the same mail may be told twice."""

    def has_news(self) -> bool:
        """Return whether something was told since the last call of `receive`. Never raises."""

    def receive(self) -> Told:
        """Return the mails that were told, and not yet acknowledged by `done`.

        Raises:
            TransientError: Whoever tells is unreachable.
        """

    def done(self) -> None:
        """Acknowledge what `receive` has returned. Never raises."""

    def close(self) -> None:
        """Let go of connections. Never raises."""


@dataclass(frozen=True, slots=True)
class TwoSteps:
    """Lets the mail of a box go once it is recorded.

    Attributes:
        source: Where the mail is.
        inbox: Tells what is recorded.
    """

    source: Source
    inbox: RecordedInbox

    def taken(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        """Note that the next stage has `mails`; those that are recorded already go at once.

        With what rules want done with them: noted first, so that it outlives a broken connection.

        Raises:
            TransientError: The source, its memory or the broker is unreachable.
        """
        # Within one process all of them are recorded by now.
        told = self.inbox.receive()
        plain = {mail_id for mail_id, wish in told.items() if wish is None}
        self.source.take([(mail_id, mail) for mail_id, mail in mails if mail_id not in plain])
        self.source.acknowledge([mail for mail_id, mail in mails if mail_id in plain])
        here = plain.intersection(mail_id for mail_id, _ in mails)
        self._note({mail_id: wish for mail_id, wish in told.items() if mail_id not in here})
        self.inbox.done()

    def catch_up(self) -> None:
        """Note what was recorded since the last round.

        Raises:
            TransientError: The source's memory or the broker is unreachable.
        """
        self._note(self.inbox.receive())
        self.inbox.done()

    def alarm(self, stopped: Alarm) -> Alarm:
        """Make what ends a wait when `stopped` is set, or something is recorded."""
        return _Either(stopped, self.inbox.has_news)

    def _note(self, told: Told) -> None:
        if told:
            self.source.recorded(told)


@dataclass(frozen=True, slots=True)
class _Either:
    """An alarm that is set by another one, or by news."""

    stopped: Alarm
    has_news: Callable[[], bool]

    def is_set(self) -> bool:
        return self.stopped.is_set() or self.has_news()

    def wait(self, timeout: float | None = None) -> bool:
        end = time.monotonic() + (threading.TIMEOUT_MAX if timeout is None else timeout)
        while not self.is_set() and (left := end - time.monotonic()) > 0:
            self.stopped.wait(min(left, _LOOK_SECONDS))
        return self.is_set()
