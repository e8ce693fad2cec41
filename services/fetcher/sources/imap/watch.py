"""Waiting for news in a folder: by IDLE, or until the next poll (behaviour I-3, fault F-58)."""

import time
from collections.abc import Callable

from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.port import Alarm
from shared.errors import TransientError
from shared.log import Logger
from shared.retry import Backoff

_LONGEST_IDLE_SECONDS = 540.0
"""Exchange drops an IDLE after some hours in silence, others after 30 minutes (F-58)."""

_A_GOOD_WHILE_SECONDS = 60.0
"""An IDLE that lasted so long was no loop."""

_log = Logger()


class Watch:
    """Waits; a server that drops IDLE is asked again after seconds, and not in a loop."""

    def __init__(self, box: str, poll_seconds: float) -> None:
        """Take the box's label and how often it is polled where nothing announces mail."""
        self._box = box
        self._poll_seconds = poll_seconds
        self._drops = Backoff()

    def wait(
        self,
        session: ImapSession | None,
        has_news: Callable[[ImapSession], bool],
        seconds: float,
        alarm: Alarm,
    ) -> None:
        """Wait until the folder announces mail, or it is time to look again.

        Args:
            session: Where there is one; it is closed if the connection breaks.
            has_news: Whether new mail came before the wait began; selects the folder.
            seconds: The longest wait.
            alarm: Ends the wait, within about a second.

        Raises:
            TransientError: The server asks to wait longer (F-57).
        """
        end = time.monotonic() + min(seconds, self._poll_seconds)
        if session is None or session.closed or not session.can("IDLE"):
            alarm.wait(max(0.0, end - time.monotonic()))
            return
        began = time.monotonic()
        try:
            if not has_news(session):
                _idle(session, end, alarm)
            self._drops.succeeded()
        except TransientError as error:
            session.close()
            if error.retry_after_seconds:
                raise
            if time.monotonic() - began > _A_GOOD_WHILE_SECONDS:
                self._drops.succeeded()
            pause = min(self._drops.seconds(), max(0.0, end - time.monotonic()))
            _log.info(
                "connection lost while waiting",
                box=self._box,
                reason=str(error),
                again_in_seconds=round(pause, 1),
            )
            # The next round finds what came meanwhile, and then IDLE is tried again.
            alarm.wait(pause)


def _idle(session: ImapSession, end: float, alarm: Alarm) -> None:
    while not alarm.is_set() and (left := end - time.monotonic()) > 0:
        if session.idle(min(left, _LONGEST_IDLE_SECONDS), alarm):
            return
