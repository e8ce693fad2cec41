"""What of each side goes to the other (K-4, K-6): field by field, each compared with its own. Pure.

Nothing here asks which side changed later: clocks are not trusted.
"""

from dataclasses import dataclass, replace

from services.calsync.calendars.port import (
    CalendarItem,
    FieldValues,
    ItemContent,
    ItemTime,
    SyncedField,
)
from services.calsync.content import FIELDS, differing, fits_together, same, value, with_values
from services.calsync.link import NoteOfItem, Side
from services.calsync.rules import CalendarRules

_SET_BACK = "the calendar's value was set back: only its organiser may change this meeting there"
_BOTH = "both sides were changed; the ERP has the calendar's value now"
_BOTH_ERP = "both sides were changed; the calendar has the ERP's value now"
_TEXT_BOTH = "both texts were changed; each side keeps its own"
_TEXT_KEPT = "the text written in the ERP stays there and is not sent to the calendar"
_TEXT_LATER = "the calendar's text was changed; the text written in the ERP stays"

_Values = dict[SyncedField, str | bool | ItemTime]


@dataclass(frozen=True, slots=True)
class Permission:
    """What the ERP may write into an event (K-6).

    Attributes:
        fields: All synced fields but the text.
        text: The text.
        wins: Which side's value is kept where both changed one field.
    """

    fields: bool
    text: bool
    wins: Side


@dataclass(frozen=True, slots=True)
class Merged:
    """What goes where.

    Attributes:
        to_erp, to_calendar: Values to set.
        notes: What could not be carried.
        text_apart: The ERP's text is a person's own and no copy of the calendar's.
        carried: Fields whose older notes are settled.
    """

    to_erp: FieldValues
    to_calendar: FieldValues
    notes: tuple[NoteOfItem, ...]
    text_apart: bool
    carried: frozenset[SyncedField]


def is_hidden(item: CalendarItem, origin: Side) -> bool:
    """Whether the ERP shows only a busy block of the event (K-4): not if it came from the ERP."""
    return item.content.private and origin == "calendar"


def as_shown(item: CalendarItem, origin: Side, rules: CalendarRules) -> CalendarItem:
    """Return the event as the ERP may show it."""
    if not is_hidden(item, origin):
        return item
    hidden = replace(item.content, subject=rules.private_subject, text="", location="")
    return replace(item, content=hidden, attendees=(), organizer="")


def permission(item: CalendarItem, origin: Side, rules: CalendarRules) -> Permission:
    """Return what the ERP may write into the event."""
    alone = item.own and not item.attendees and item.kind != "master"
    fields = alone and not is_hidden(item, origin)
    wins: Side = "calendar" if item.attendees or not fields else rules.wins
    return Permission(fields, fields and not item.online, wins)


@dataclass(frozen=True, slots=True)
class Versions:
    """One item, four times.

    Attributes:
        erp_before, calendar_before: What each side showed last; None: it was not linked.
        erp, calendar: What each side shows now.
    """

    erp_before: ItemContent | None
    erp: ItemContent
    calendar_before: ItemContent | None
    calendar: ItemContent

    def changed_in_erp(self) -> frozenset[SyncedField]:
        """Return fields that a person changed in the ERP."""
        return differing(self.erp_before or self.calendar, self.erp)

    def changed_in_calendar(self) -> frozenset[SyncedField]:
        """Return fields that a person changed in the calendar."""
        return differing(self.calendar_before or self.erp, self.calendar)


def merge(versions: Versions, allowed: Permission, *, text_apart: bool) -> Merged:
    """Decide what goes where."""
    in_erp, in_calendar = versions.changed_in_erp(), versions.changed_in_calendar()
    to_erp: _Values = {}
    to_calendar: _Values = {}
    notes: list[NoteOfItem] = []
    for name in FIELDS:
        if name == "text":
            continue
        ours, theirs = value(versions.erp, name), value(versions.calendar, name)
        conflict = name in in_erp and name in in_calendar
        if same(name, ours, theirs) or not (name in in_erp or name in in_calendar):
            continue
        from_erp = name in in_erp and (not conflict or allowed.wins == "erp") and allowed.fields
        if from_erp:
            to_calendar[name] = ours
        else:
            to_erp[name] = theirs
        if name in in_erp and (conflict or not allowed.fields):
            notes.append(_note(name, ours, theirs, _reason(conflict=conflict, allowed=allowed)))
    _keep_times_whole(versions, allowed, to_erp, to_calendar)
    apart = _merge_text(versions, allowed, (to_erp, to_calendar), notes, apart=text_apart)
    carried = frozenset(to_erp) | frozenset(to_calendar) | (in_erp & in_calendar)
    if not apart:
        carried |= {"text"} if text_apart else set()
    return Merged(to_erp, to_calendar, tuple(notes), apart, carried)


def _reason(*, conflict: bool, allowed: Permission) -> str:
    if not allowed.fields:
        return _SET_BACK
    return _BOTH_ERP if conflict and allowed.wins == "erp" else _BOTH


def _merge_text(
    versions: Versions,
    allowed: Permission,
    to: tuple[_Values, _Values],
    notes: list[NoteOfItem],
    *,
    apart: bool,
) -> bool:
    """Never take away text that a person wrote in the ERP; return whether it stays apart."""
    to_erp, to_calendar = to
    ours, theirs = versions.erp.text, versions.calendar.text
    in_erp = "text" in versions.changed_in_erp()
    in_calendar = "text" in versions.changed_in_calendar()
    if same("text", ours, theirs):
        return False
    if in_erp and in_calendar and ours and theirs:
        notes.append(_note("text", ours, theirs, _TEXT_BOTH))
        return True
    if in_erp and (ours or versions.erp_before is not None) and not (in_calendar and not ours):
        if allowed.text:
            to_calendar["text"] = ours
            return False
        notes.append(_note("text", ours, theirs, _TEXT_KEPT))
        return True
    if in_calendar and apart and ours:
        notes.append(_note("text", ours, theirs, _TEXT_LATER))
        return True
    if in_calendar:
        to_erp["text"] = theirs
        return False
    return apart


def _keep_times_whole(
    versions: Versions, allowed: Permission, to_erp: _Values, to_calendar: _Values
) -> None:
    """Start and end are set together; where those of both sides do not fit, one side has both."""
    if not {"start", "end"} & (to_erp.keys() | to_calendar.keys()):
        return
    erp = with_values(versions.erp, to_erp)
    calendar = with_values(versions.calendar, to_calendar)
    if not (fits_together(erp) and fits_together(calendar)):
        from_erp = allowed.fields and allowed.wins == "erp"
        source, target = (versions.erp, to_calendar) if from_erp else (versions.calendar, to_erp)
        for values in (to_erp, to_calendar):
            values.pop("start", None)
            values.pop("end", None)
        target |= {"start": source.start, "end": source.end}
        return
    for values, whole in ((to_erp, erp), (to_calendar, calendar)):
        if {"start", "end"} & values.keys():
            values |= {"start": whole.start, "end": whole.end}


def _note(name: SyncedField, ours: object, theirs: object, reason: str) -> NoteOfItem:
    return NoteOfItem(name, str(ours), str(theirs), reason)


def unsent(kept: ItemContent, before: ItemContent, to_calendar: FieldValues) -> ItemContent:
    """Return `kept` as the ledger must have it while `to_calendar` is still to be written.

    The values that the calendar does not have yet are those of before, so that whatever happens
    the next round finds them changed.
    """
    if not to_calendar:
        return kept
    values: _Values = {name: value(before, name) for name in FIELDS if name in to_calendar}
    return with_values(kept, values)
