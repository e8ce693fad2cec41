"""The calendar for a program."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.answers.times import utc
from services.calsync.decisions import HeldDeletion
from services.calsync.round import RoundOfUser
from services.calsync.users import CalendarUser


def round_as_json(done: RoundOfUser) -> dict[str, Any]:
    """Return one user's round for a program."""
    return asdict(done)


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


def item_as_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that is known of an item, for a program."""
    return {name: _plain(value) for name, value in item.items()}


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
