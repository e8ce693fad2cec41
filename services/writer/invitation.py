"""Which state of an invitation counts (behaviours V2-1, V2-2, R-e). Pure.

States are ordered by SEQUENCE, then DTSTAMP, so the outcome is the same in whatever order mails
come: a cancellation that comes first is remembered and meets its invitation later.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.commands import UpsertInvitation

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an invitation so far.

    Attributes:
        record_id: Its record in the ERP; None while only its cancellation has come.
        genuine: The mail came from the organiser.
    """

    record_id: int | None
    revision: int
    stamp: datetime | None
    organizer: str | None
    genuine: bool
    cancelled: bool

    @property
    def order(self) -> tuple[int, datetime]:
        """Later states are greater."""
        return self.revision, self.stamp or _LONG_AGO


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an invitation.

    Attributes:
        counts: The mail's state replaces what is stored.
        cancelled: It is cancelled afterwards.
        reason: For the trace.
    """

    counts: bool
    cancelled: bool
    reason: str


def is_genuine(command: UpsertInvitation) -> bool:
    """Whether the organiser has sent it."""
    return command.organizer is not None and command.organizer == command.sender


def state_of(command: UpsertInvitation) -> Stored:
    """The state that a mail tells, before it has a record."""
    return Stored(
        record_id=None,
        revision=command.sequence,
        stamp=command.stamp,
        organizer=command.organizer,
        genuine=is_genuine(command),
        cancelled=command.method == "CANCEL",
    )


def decide(stored: Stored | None, command: UpsertInvitation) -> Decision:
    """Decide on a REQUEST (or PUBLISH, ADD) or CANCEL."""
    order = (command.sequence, command.stamp or _LONG_AGO)
    if command.method == "CANCEL":
        return _cancel(stored, command, order)
    if stored is None or stored.record_id is None:
        return _first(stored, command, order)
    if why := _may_not(stored, command):
        return Decision(False, stored.cancelled, why)
    better = order > stored.order or (is_genuine(command) and not stored.genuine)
    if not better:
        return Decision(False, stored.cancelled, "a newer state is recorded already")
    return Decision(True, False, "the newer state is recorded")


def _first(
    stored: Stored | None, command: UpsertInvitation, order: tuple[int, datetime]
) -> Decision:
    flag = "" if is_genuine(command) else f"; sent by {command.sender}, not by its organiser"
    ended = stored is not None and stored.organizer == command.organizer and stored.order >= order
    was = "; it was cancelled before it came" if ended else ""
    return Decision(True, ended, f"recorded{flag}{was}")


def _cancel(
    stored: Stored | None, command: UpsertInvitation, order: tuple[int, datetime]
) -> Decision:
    if stored is None:
        if command.trust == "refused" or not (is_genuine(command) or command.trust == "proven"):
            return Decision(False, False, "a cancellation by somebody who may not: ignored")
        return Decision(True, True, "cancelled before it came: remembered")
    if why := _may_not(stored, command):
        return Decision(False, stored.cancelled, why)
    if order < stored.order:
        return Decision(False, stored.cancelled, "a newer state is recorded already")
    return Decision(True, True, "cancelled")


def _may_not(stored: Stored, command: UpsertInvitation) -> str | None:
    """Why a change does not count: it must come from the stored organiser, or be proven."""
    if command.trust == "refused":
        return "S-1: the sender is not believed: the change is ignored"
    if stored.organizer != command.organizer:
        return f"the organiser is {stored.organizer}, not {command.organizer}: ignored"
    if not is_genuine(command) and command.trust != "proven":
        return f"{command.sender} is not the organiser {stored.organizer}: ignored"
    return None
