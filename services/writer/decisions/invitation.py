"""Which state of an invitation counts (behaviours V2-1, V2-2, R-e). Pure.

States are ordered by SEQUENCE, then DTSTAMP, so the outcome is the same in whatever order mails
come: a cancellation that comes first is remembered and meets its invitation later. A cancelled
series takes its changed occurrences along (RFC 5546 section 3.2.5).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.commands import UpsertInvitation
from shared.contracts.said import Said, said
from shared.domain.invitation_key import invitation_key

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NEWER = said("a newer state is recorded already")


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
    reason: Said


def state_key(command: UpsertInvitation) -> str:
    """Return the key of the event, or of the occurrence, for the command's user (V2-1)."""
    return invitation_key(command.uid, command.recurrence_id, command.user.id)


def series_key(command: UpsertInvitation) -> str:
    """Return the key of the whole series for the command's user."""
    return invitation_key(command.uid, None, command.user.id)


def is_genuine(command: UpsertInvitation) -> bool:
    """Return whether the organiser has sent it."""
    return command.organizer is not None and command.organizer == command.sender


def may_answer(command: UpsertInvitation, attendee: str) -> bool:
    """Whether the sender may answer for `attendee`: himself, or proven and of the same domain."""
    return attendee == command.sender or _proven_for(command, attendee)


def _proven_for(command: UpsertInvitation, address: str | None) -> bool:
    """A proof is about the domain of From and says nothing about any other domain."""
    domain = command.sender.rpartition("@")[2]
    return command.trust == "proven" and domain != "" and f"@{domain}" == _at_domain(address)


def _at_domain(address: str | None) -> str:
    return "@" + address.rpartition("@")[2] if address and "@" in address else ""


def state_of(command: UpsertInvitation) -> Stored:
    """Return the state that a mail tells, before it has a record."""
    return Stored(
        record_id=None,
        revision=command.sequence,
        stamp=command.stamp,
        organizer=command.organizer,
        genuine=is_genuine(command),
        cancelled=command.method == "CANCEL",
    )


def ended_with(series: Stored | None, organizer: str | None, stamp: datetime | None) -> bool:
    """Return whether the cancellation of `series` ends an occurrence in the state of `stamp`.

    SEQUENCE counts for each occurrence by itself, so between the two only DTSTAMP can be compared.
    """
    if series is None or not series.cancelled or series.organizer != organizer:
        return False
    return stamp is None or series.stamp is None or stamp <= series.stamp


def decide(
    stored: Stored | None, command: UpsertInvitation, series: Stored | None = None
) -> Decision:
    """Decide on a REQUEST (or PUBLISH, ADD) or CANCEL.

    Args:
        stored: What is known of the event, or of the occurrence.
        command: What the mail says.
        series: Of an occurrence: what is known of the whole.

    Returns:
        Whether the mail counts.
    """
    order = (command.sequence, command.stamp or _LONG_AGO)
    if command.method == "CANCEL":
        return _cancel(stored, command, order)
    decision = _request(stored, command, order)
    if decision.counts and ended_with(series, command.organizer, command.stamp):
        reason = said("{reason}; the whole series is cancelled", reason=decision.reason)
        return Decision(True, True, reason)
    return decision


def _request(
    stored: Stored | None, command: UpsertInvitation, order: tuple[int, datetime]
) -> Decision:
    if stored is None or stored.record_id is None:
        return _first(stored, command, order)
    if why := _may_not(stored, command):
        return Decision(False, stored.cancelled, why)
    better = order > stored.order or (is_genuine(command) and not stored.genuine)
    if not better:
        return Decision(False, stored.cancelled, _NEWER)
    return Decision(True, False, said("the newer state is recorded"))


def _first(
    stored: Stored | None, command: UpsertInvitation, order: tuple[int, datetime]
) -> Decision:
    reason = said("recorded")
    if not is_genuine(command):
        reason = said(
            "{reason}; sent by {sender}, not by its organiser",
            reason=reason,
            sender=command.sender,
        )
    ended = stored is not None and stored.organizer == command.organizer and stored.order >= order
    if ended:
        reason = said("{reason}; it was cancelled before it came", reason=reason)
    return Decision(True, ended, reason)


def _cancel(
    stored: Stored | None, command: UpsertInvitation, order: tuple[int, datetime]
) -> Decision:
    if stored is None:
        if command.trust == "refused" or not _speaks_for(command, command.organizer):
            may_not = said("a cancellation by somebody who may not: ignored")
            return Decision(False, False, may_not)
        return Decision(True, True, said("cancelled before it came: remembered"))
    if why := _may_not(stored, command):
        return Decision(False, stored.cancelled, why)
    if order < stored.order:
        return Decision(False, stored.cancelled, _NEWER)
    return Decision(True, True, said("cancelled"))


def _may_not(stored: Stored, command: UpsertInvitation) -> Said | None:
    """Return why a change does not count: it must come from the stored organiser, or his domain."""
    if command.trust == "refused":
        return said("S-1: the sender is not believed: the change is ignored")
    if stored.organizer != command.organizer:
        return said(
            "the organiser is {stored}, not {told}: ignored",
            stored=stored.organizer,
            told=command.organizer,
        )
    if not _speaks_for(command, stored.organizer):
        return said(
            "{sender} is not the organiser {stored}: ignored",
            sender=command.sender,
            stored=stored.organizer,
        )
    return None


def _speaks_for(command: UpsertInvitation, organizer: str | None) -> bool:
    """Return whether the sender is the organiser, or proven and of the organiser's domain."""
    return is_genuine(command) or _proven_for(command, organizer)
