"""The calendar for a program and for a person."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.answers.times import utc
from services.calsync.decisions import HeldDeletion
from services.calsync.round import RoundOfUser
from services.calsync.users import CalendarUser
from services.calsync.writing import Done
from services.operator.present.times import zoned_as_text
from shared.language.language import ENGLISH


def round_as_json(done: RoundOfUser) -> dict[str, Any]:
    """Return one user's round for a program."""
    return asdict(done)


def round_as_text(done: RoundOfUser) -> str:
    """Return one user's round as a line for a person."""
    parts = [
        f"{done.user}: {done.result}",
        f"calendar {_counts(done.to_calendar)}",
        f"ERP {_counts(done.to_erp)}",
    ]
    if done.held:
        parts.append(f"{done.held} deletion(s) held")
    if done.notes:
        parts.append(f"{done.notes} item(s) with a note")
    if done.reason:
        parts.append(done.reason)
    return "; ".join(parts)


def _counts(done: Done) -> str:
    return f"+{done.created} ~{done.changed} -{done.deleted}"


def held_as_json(user: str, one: HeldDeletion) -> dict[str, Any]:
    """Return a held deletion for a program."""
    return {
        "held_id": str(one.held_id),
        "user": user,
        "side": one.side,
        "activity": one.activity,
        "event": one.event,
        "subject": one.subject,
        "start": one.start,
        "since": utc(one.since),
        "reason": one.reason,
    }


def held_as_text(user: str, one: HeldDeletion, zone: ZoneInfo) -> str:
    """Return a held deletion as lines for a person."""
    where = {"erp": "ERP", "calendar": "calendar"}[one.side]
    return (
        f"{one.held_id}: {user}, {one.start} {one.subject}, deleted in the {where}\n"
        f"    held since {zoned_as_text(one.since, zone, ENGLISH)}: {one.reason}"
    )


def user_as_json(one: CalendarUser, held: int, notes: int) -> dict[str, Any]:
    """Return the state of a user's calendar, for a program."""
    return {
        "user": one.address,
        "state": one.state,
        "reason": one.reason,
        "wait_until": _moment(one.wait_until),
        "looked_up_at": _moment(one.looked_up_at),
        "last_round_at": _moment(one.last_round_at),
        "held": held,
        "notes": notes,
    }


def user_as_text(one: CalendarUser, held: int, notes: int, zone: ZoneInfo) -> str:
    """Return the state of a user's calendar, as a line for a person."""
    at = one.last_round_at
    last = zoned_as_text(at, zone, ENGLISH) if at else "never"
    counts = f"{held} deletion(s) held, {notes} item(s) with a note"
    reason = f"; {one.reason}" if one.reason else ""
    return f"{one.address}: {one.state}, last whole round {last}, {counts}{reason}"


def item_as_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that is known of an item, for a program."""
    return {name: _plain(value) for name, value in item.items()}


def item_as_text(item: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return all that is known of an item, as lines for a person."""
    lines = [f"activity {item['activity']}, event {item['event']}: {item['state']}, {item['user']}"]
    for side in ("erp", "calendar"):
        values = item[side] or {}
        lines += [f"    {side} {name}: {value}" for name, value in values.items()]
    if item["invitation"]:
        lines.append(f"    invitation {item['invitation']} has the answer given in the calendar")
    if item["held"]:
        lines.append(f"    held: {item['held']}")
    for note in item["notes"]:
        closed = ", closed" if note["closed_at"] else ""
        when = f"{zoned_as_text(note['noted_at'], zone, ENGLISH)}{closed}"
        lines.append(f"    note on {note['field']}, {when}: {note['reason']}")
        lines.append(f"        ERP {note['erp_value']}; calendar {note['calendar_value']}")
    for write in item["writes"]:
        what = f"{write['what']} {write['field'] or ''}".strip()
        change = f": {write['old_value']} -> {write['new_value']}" if write["field"] else ""
        when = zoned_as_text(write["written_at"], zone, ENGLISH)
        lines.append(f"    {when} {write['side']} {what}{change} ({write['reason']})")
    return "\n".join(lines)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    match value:
        case datetime():
            return utc(value)
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return value


def _moment(moment: datetime | None) -> str | None:
    return utc(moment) if moment else None
