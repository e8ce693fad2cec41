"""Which state of an invitation counts (behaviours V2-1, V2-2 to V2-2d, R-e). Pure.

What comes from the organiser goes before what does not; then the later state wins, so the outcome
is the same in whatever order mails come: a cancellation that comes first is remembered and meets
its invitation later. A cancelled series takes its changed occurrences along (RFC 5546 section
3.2.5).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.writer.decisions.invitation_state import Stored, own_key
from services.writer.decisions.organiser import is_believed, may_not_change, speaks_for
from shared.contracts.commands import UpsertInvitation
from shared.contracts.said import Said, said
from shared.domain.event_order import order_of

_NEWER = said("a newer state is recorded already")


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an invitation.

    Attributes:
        counts: The mail's state replaces what is stored.
        cancelled: It is cancelled afterwards.
        reason: For the trace.
        replaces: It takes the place of a state that did not come from the organiser.
    """

    counts: bool
    cancelled: bool
    reason: Said
    replaces: bool = False


def told(command: UpsertInvitation, mail_id: UUID, arrived: datetime) -> Stored:
    """Return the state that a mail tells, before it has a record."""
    return Stored(
        key=own_key(command),
        record_id=None,
        order=order_of(command.sequence, command.stamp, arrived),
        organizer=command.organizer,
        believed=is_believed(command),
        cancelled=command.method == "CANCEL",
        mail_id=mail_id,
        sender=command.sender,
    )


def after(stored: Stored | None, new: Stored, decision: Decision, record_id: int | None) -> Stored:
    """Return what is known once `new` has counted, and stands in the record with this id.

    A cancellation that came before its invitation stays the newest state.
    """
    came_before = stored is not None and decision.cancelled and not new.cancelled
    state = stored if stored and came_before and not _beats(new, stored) else new
    return replace(
        state,
        key=new.key,
        record_id=record_id,
        organizer=new.organizer,
        cancelled=decision.cancelled,
    )


def ended_with(series: Stored | None, stamp: datetime | None) -> bool:
    """Return whether the cancellation of `series` ends an occurrence in the state of `stamp`.

    SEQUENCE counts for each occurrence by itself, so between the two only DTSTAMP can be compared.
    """
    if series is None or not series.cancelled:
        return False
    return stamp is None or series.order.stamp is None or stamp <= series.order.stamp


def decide(
    stored: Stored | None, command: UpsertInvitation, new: Stored, series: Stored | None = None
) -> Decision:
    """Decide on a REQUEST (or PUBLISH, ADD) or CANCEL.

    Args:
        stored: What is known of the event, or of the occurrence, by its organiser.
        command: What the mail says.
        new: The state that it tells.
        series: Of an occurrence: what is known of the whole, by its organiser.

    Returns:
        Whether the mail counts.
    """
    if command.method == "CANCEL":
        return _cancel(stored, command, new)
    decision = _request(stored, command, new)
    if decision.counts and ended_with(series, new.order.stamp):
        reason = said("{reason}; the whole series is cancelled", reason=decision.reason)
        return Decision(True, True, reason, decision.replaces)
    return decision


def _request(stored: Stored | None, command: UpsertInvitation, new: Stored) -> Decision:
    if stored is None or stored.record_id is None:
        return _first(stored, command, new)
    if why := may_not_change(stored, command):
        return Decision(False, stored.cancelled, why)
    if not _beats(new, stored):
        return Decision(False, stored.cancelled, _NEWER)
    if new.believed and not stored.believed:
        reason = said("it comes from the organiser and replaces what did not")
        return Decision(True, False, reason, replaces=True)
    return Decision(True, False, said("the newer state is recorded"))


def _first(stored: Stored | None, command: UpsertInvitation, new: Stored) -> Decision:
    reason = said("recorded")
    if command.trust == "refused" and not new.believed:
        reason = said("{reason} and flagged; S-1: the sender is not believed", reason=reason)
    elif not new.believed:
        reason = said(
            "{reason} and flagged; sent by {sender}, not by its organiser",
            reason=reason,
            sender=command.sender,
        )
    ended = stored is not None and not _beats(new, stored)
    if ended:
        reason = said("{reason}; it was cancelled before it came", reason=reason)
    return Decision(True, ended, reason)


def _cancel(stored: Stored | None, command: UpsertInvitation, new: Stored) -> Decision:
    if stored is None:
        if command.trust == "refused" or not speaks_for(command, command.organizer):
            may_not = said("a cancellation by somebody who may not: ignored")
            return Decision(False, False, may_not)
        return Decision(True, True, said("cancelled before it came: remembered"))
    if why := may_not_change(stored, command):
        return Decision(False, stored.cancelled, why)
    if _beats(stored, new):
        return Decision(False, stored.cancelled, _NEWER)
    return Decision(True, True, said("cancelled"), new.believed and not stored.believed)


def _beats(one: Stored, other: Stored) -> bool:
    """Return whether `one` counts, and not `other` (V2-2b)."""
    if one.believed is not other.believed:
        return one.believed
    return one.order.is_later_than(other.order)
