"""The calendar for a person, in his language, with times in the company's zone.

What a round noted when it was recorded stays as it was recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.calsync.decisions import HeldDeletion
from services.calsync.round import RoundOfUser
from services.calsync.users import CalendarUser
from services.calsync.writing import Done
from services.operator.present.labels import state_label
from services.operator.present.times import zoned_as_text
from shared.language.language import Language, marked

_SIDES = {"erp": marked("ERP"), "calendar": marked("calendar")}
_DELETED_IN = {
    "erp": marked("{held_id}: {user}, {start} {subject}, deleted in the ERP"),
    "calendar": marked("{held_id}: {user}, {start} {subject}, deleted in the calendar"),
}


@dataclass(frozen=True, slots=True)
class CalendarText:
    """Says what is known of the calendar.

    Attributes:
        language: What is spoken.
        zone: The company's.
    """

    language: Language
    zone: ZoneInfo

    def round(self, done: RoundOfUser) -> str:
        """Return one user's round as a line."""
        say = self.language.say
        result = state_label(done.result, self.language)
        parts = [
            say("{user}: {state}", user=done.user, state=result),
            say("calendar {counts}", counts=_counts(done.to_calendar)),
            say("ERP {counts}", counts=_counts(done.to_erp)),
        ]
        if done.held:
            parts.append(say("deletions held: {n}", n=done.held))
        if done.notes:
            parts.append(say("items with a note: {n}", n=done.notes))
        if done.reason:
            parts.append(self.language.tell(done.reason))
        return "; ".join(parts)

    def held(self, user: str, one: HeldDeletion) -> str:
        """Return a held deletion as lines."""
        what = self.language.say(
            _DELETED_IN[one.side],
            held_id=one.held_id,
            user=user,
            start=one.start,
            subject=one.subject,
        )
        when = self._moment(one.since)
        why = self.language.say("held since {when}: {reason}", when=when, reason=one.reason)
        return f"{what}\n    {why}"

    def user(self, one: CalendarUser, held: int, notes: int) -> str:
        """Return the state of a user's calendar as a line."""
        say = self.language.say
        last = self._moment(one.last_round_at) if one.last_round_at else say("never")
        state = state_label(one.state, self.language)
        parts = [
            say("{user}: {state}", user=one.address, state=state),
            say("last whole round: {when}", when=last),
            say("deletions held: {n}", n=held),
            say("items with a note: {n}", n=notes),
        ]
        return "; ".join([*parts, one.reason] if one.reason else parts)

    def item(self, item: Mapping[str, Any]) -> str:
        """Return all that is known of an item as lines."""
        return "\n    ".join(self._lines(item))

    def restored(self, activity: int, restored: int) -> str:
        """Return what has become of a deleted activity."""
        return self.language.say(
            "activity {activity} is restored as {restored}", activity=activity, restored=restored
        )

    def _lines(self, item: Mapping[str, Any]) -> Iterator[str]:
        say = self.language.say
        yield say(
            "activity {activity}, event {event}: {state}, {user}",
            activity=item["activity"],
            event=item["event"],
            state=state_label(item["state"], self.language),
            user=item["user"],
        )
        for side, in_words in _SIDES.items():
            where = say(in_words)
            for name, value in (item[side] or {}).items():
                yield f"{where} {name}: {value}"
        if item["invitation"]:
            yield say(
                "invitation {number} has the answer given in the calendar",
                number=item["invitation"],
            )
        if item["held"]:
            yield say("held: {reason}", reason=item["held"])
        for note in item["notes"]:
            yield from self._note(note)
        yield from map(self._write, item["writes"])

    def _note(self, note: Mapping[str, Any]) -> Iterator[str]:
        pattern = marked("note on {field}, {when}: {reason}")
        if note["closed_at"]:
            pattern = marked("note on {field}, {when}, closed: {reason}")
        when = self._moment(note["noted_at"])
        yield self.language.say(pattern, field=note["field"], when=when, reason=note["reason"])
        values = self.language.say(
            "ERP {erp}; calendar {calendar}",
            erp=note["erp_value"],
            calendar=note["calendar_value"],
        )
        yield f"    {values}"

    def _write(self, write: Mapping[str, Any]) -> str:
        what = f"{write['what']} {write['field'] or ''}".strip()
        change = f": {write['old_value']} -> {write['new_value']}" if write["field"] else ""
        side = self.language.say(_SIDES.get(write["side"], write["side"]))
        return f"{self._moment(write['written_at'])} {side} {what}{change} ({write['reason']})"

    def _moment(self, moment: datetime) -> str:
        return zoned_as_text(moment, self.zone, self.language)


def _counts(done: Done) -> str:
    return f"+{done.created} ~{done.changed} -{done.deleted}"
