"""One process does the calendar at a time: Microsoft counts requests for the application."""

import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.assembly.services import broker_address
from services.fetcher.lease import FileLease, Lease, SenderLease
from shared.broker.sender import Sender
from shared.broker.topology import CALENDAR_LEASE
from shared.contracts.said import Said, said
from shared.errors import CRMServiceError, HeldElsewhereError
from shared.settings.environment import Environment
from shared.settings.reading import UnreadableError, read_small_file

_AGAIN_SECONDS = 1.0
_NOTE_BYTES = 4096


class CalendarBusyError(CRMServiceError):
    """Another process does the calendar and did not end in time."""


@dataclass(slots=True)
class CalendarLease:
    """The right to do the calendar: the broker's, where there is one, and of the data folder.

    Both, because `crmservice run` needs no broker and may run beside a service that has one.
    """

    leases: tuple[Lease, ...]
    note: Path
    _noted: bool = field(default=False, init=False)

    def hold(self) -> None:
        """Return if this process has the right, or gets it now.

        Raises:
            HeldElsewhereError: Another process has it; says which, where that is known.
            TransientError: The broker is unreachable, or the data folder cannot be written.
        """
        try:
            for lease in self.leases:
                lease.hold()
        except HeldElsewhereError as error:
            self.close()
            raise HeldElsewhereError(self._held()) from error
        if not self._noted:
            # The note only words a message, so losing it loses nothing.
            with suppress(OSError):
                self.note.write_text(json.dumps(_we()), "utf-8")
            self._noted = True

    def close(self) -> None:
        """Let it go. Never raises."""
        self._noted = False
        for lease in self.leases:
            lease.close()

    def wait(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Return when this process has the right; wait for it so long.

        Raises:
            CalendarBusyError: Another process has it still.
            TransientError: The broker is unreachable, or the data folder cannot be written.
        """
        for tries_left in range(round(seconds / _AGAIN_SECONDS), -1, -1):
            try:
                self.hold()
            except HeldElsewhereError as error:
                if not tries_left:
                    raise CalendarBusyError(
                        said("{error}; nothing was done: try again later", error=error)
                    ) from None
                sleep(_AGAIN_SECONDS)
            else:
                return

    def _held(self) -> Said:
        try:
            told = json.loads(read_small_file(self.note, _NOTE_BYTES))
            return said(
                "another process does the calendar: process {pid} on {host}",
                pid=int(told["pid"]),
                host=told["host"],
            )
        except (UnreadableError, ValueError, KeyError, TypeError):
            return said("another process does the calendar")


def calendar_lease(environment: Environment, *, broker: bool = True) -> CalendarLease:
    """Return the lease of the calendar; nothing is taken yet.

    Args:
        environment: Names data folder and broker.
        broker: Whether a broker that is named counts; `run` does without.
    """
    data = environment.data
    leases: list[Lease] = [FileLease(data, "calendar")]
    if broker and environment.rabbitmq_url is not None:
        address = broker_address(environment, "calsync")
        leases.append(SenderLease(Sender(address, [], CALENDAR_LEASE)))
    return CalendarLease(tuple(leases), data / "leases" / "calendar.json")


def _we() -> dict[str, object]:
    return {"pid": os.getpid(), "host": socket.gethostname()}
