"""A publisher within one process that one mail cannot stop (embedded mode; F-14, F-15, INV-3).

With a broker, its counts of deliveries and the retry queues do this. Here a mail that the process
dies of is handled alone the third time and then refused; one that alone meets an error which may
pass, while everything outside works, stays in its source for some rounds and is then refused.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, TypeVar
from uuid import UUID

from shared.broker.port import Message, Publisher, Receipt
from shared.broker.tries import Tries, Trouble
from shared.errors import TransientError
from shared.log import Logger

M = TypeVar("M", bound=Message)

REST_SECONDS = (2.0, 10.0, 30.0)
"""How long a service lets a mail rest before each further try."""

_TRIES = len(REST_SECONDS) + 1
_DEATHS_IN_COMPANY = 2
"""Ends of the process with a mail in hand, after which it is handled alone."""

_log = Logger()


class Gate:
    """Lets the sources of one process handle mail side by side, but a suspect with nobody else.

    So whatever a suspect does to the process counts against no mail of another source.
    """

    def __init__(self) -> None:
        """Open."""
        self._changed = threading.Condition()
        self._inside = 0
        self._wanted_alone = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Enter where others may be inside, too."""
        with self._changed:
            self._changed.wait_for(lambda: not self._wanted_alone)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Enter where nobody else is inside."""
        with self._changed:
            self._wanted_alone += 1
            self._changed.wait_for(lambda: not self._inside)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._wanted_alone -= 1
                self._changed.notify_all()


class Guarded(Generic[M]):
    """Hands batches on, and counts what befalls their mails."""

    def __init__(
        self,
        onward: Publisher[M],
        tries: Tries,
        gate: Gate,
        rests: Sequence[float] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take where batches go, and what is known of their mails.

        Args:
            onward: Takes them.
            tries: The counts of this source.
            gate: Shared by all sources of the process.
            rests: Seconds before each further try; without them every round is one.
            clock: Seconds since the epoch.
        """
        self._onward = onward
        self._tries = tries
        self._gate = gate
        self._rests = rests
        self._clock = clock
        self._refused: dict[UUID, str] = {}
        self._postponed: dict[UUID, str] = {}

    def publish(self, batch: Sequence[M]) -> None:
        """Hand on what is not refused and does not rest.

        Raises:
            TransientError: Something outside is unreachable; nothing since the last flush counts.
        """
        together, alone = self._sorted(batch)
        try:
            if together:
                self._hand_on(together, self._gate.together())
            for message in alone:
                _log.warning("handled alone: the process died of it", mail_id=str(message.mail_id))
                self._hand_on([message], self._gate.alone())
        except TransientError:
            self._take_receipt()
            raise

    def flush(self) -> Receipt:
        """Return what was not taken since the last flush."""
        receipt = self._take_receipt()
        if receipt.refused:
            # Moved back by a person after the cause was mended, a mail has all its tries.
            with self._tries.in_hand([]):
                self._tries.forget(receipt.refused)
        return receipt

    def _sorted(self, batch: Sequence[M]) -> tuple[list[M], list[M]]:
        """Return what is handled together, and what alone."""
        together, alone = [], []
        for message in batch:
            trouble = self._tries.of(message.mail_id)
            if trouble.deaths > _DEATHS_IN_COMPANY:
                self._refused[message.mail_id] = _died_of(trouble)
            elif self._rests_still(trouble):
                self._postponed[message.mail_id] = trouble.reason
            elif trouble.deaths == _DEATHS_IN_COMPANY:
                alone.append(message)
            else:
                together.append(message)
        return together, alone

    def _hand_on(self, messages: Sequence[M], gate: AbstractContextManager[None]) -> None:
        mail_ids = [message.mail_id for message in messages]
        with gate, self._tries.in_hand(mail_ids):
            self._onward.publish(messages)
            receipt = self._onward.flush()
            self._refused |= receipt.refused
            for mail_id, reason in receipt.postponed.items():
                self._count(mail_id, reason)
            self._tries.forget(set(mail_ids) - receipt.postponed.keys())

    def _count(self, mail_id: UUID, reason: str) -> None:
        tries = self._tries.failed(mail_id, reason, self._clock())
        if tries >= _TRIES:
            self._refused[mail_id] = f"{reason} ({tries} tries)"
        else:
            self._postponed[mail_id] = reason

    def _rests_still(self, trouble: Trouble) -> bool:
        if not (trouble.tries and self._rests):
            return False
        rest = self._rests[min(trouble.tries, len(self._rests)) - 1]
        # A clock that was put back must not make the rest longer.
        return 0 <= self._clock() - trouble.at < rest

    def _take_receipt(self) -> Receipt:
        receipt = Receipt(self._refused, self._postponed)
        self._refused, self._postponed = {}, {}
        return receipt


def _died_of(trouble: Trouble) -> str:
    return (
        f"The process ended {trouble.deaths} times with this mail in hand, the last time with "
        "nothing else: it was out of memory, crashed, or was killed"
    )
