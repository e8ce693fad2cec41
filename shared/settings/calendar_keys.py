"""Keys of ours for the calendar; the files of one deployment name the same values (I-13)."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel

from shared.contracts.said import said
from shared.settings.key import Key
from shared.settings.values import address, choice, flag, interval, text, web_address, whole

_DAYS = whole(0, 3650, said("whole days"))
_NUMBER = whole(1, 1000, said("a whole number"))
_MINUTES = whole(1, 1440, said("whole minutes"))
_PERCENT = whole(1, 100, said("whole per cent"))


class CalendarKeys(BaseModel):
    """Keys of ours for the calendar."""

    calendar: Annotated[
        bool,
        Key(
            "calendar",
            flag,
            doc="`true` keeps the users' Microsoft 365 calendars and the ERP's activities in step.",
            source="K-2",
        ),
    ] = False
    graph_url: Annotated[
        str,
        Key(
            "graphUrl",
            web_address,
            doc="Address of Microsoft Graph, for national clouds.",
            source="K-1",
        ),
    ] = "https://graph.microsoft.com/v1.0"
    recurrence: Annotated[
        Literal["series", "first"],
        Key(
            "recurrence",
            choice("series", "first"),
            doc="Recurring events: every occurrence (`series`), or one activity (`first`).",
            source="ch. 4, K-3",
        ),
    ] = "series"
    calendar_user: Annotated[
        tuple[str, ...],
        Key(
            "calendarUser",
            address,
            doc="A user who takes part in the calendar; without any, all users do.",
            source="K-1a",
        ),
    ] = ()
    calendar_past_days: Annotated[
        int,
        Key("calendarPastDays", _DAYS, doc="Days before today that are in step.", source="K-2"),
    ] = 30
    calendar_future_days: Annotated[
        int,
        Key("calendarFutureDays", _DAYS, doc="Days after today that are in step.", source="K-2"),
    ] = 365
    calendar_seconds: Annotated[
        int,
        Key(
            "calendarSeconds",
            interval,
            doc="Seconds between two rounds of one user's calendar.",
            source="K-2",
        ),
    ] = 300
    calendar_concurrency: Annotated[
        int,
        Key(
            "calendarConcurrency",
            _NUMBER,
            doc="The most requests to Microsoft Graph at a time, for all users together.",
            source="K-2",
        ),
    ] = 4
    calendar_default_minutes: Annotated[
        int,
        Key(
            "calendarDefaultMinutes",
            _MINUTES,
            doc="Length in the calendar of an activity that has no end after its start.",
            source="K-2a",
        ),
    ] = 60
    calendar_activity_type: Annotated[
        str | None,
        Key(
            "calendarActivityType",
            text,
            doc="Name of the type of activities that are made from events.",
            source="K-2b",
            default_note="the first that exists of `Schůzka`, `Meeting`, `Událost`",
        ),
    ] = None
    calendar_private_subject: Annotated[
        str,
        Key(
            "calendarPrivateSubject",
            text,
            doc="What the ERP shows as the subject of a private event.",
            source="K-4",
        ),
    ] = "Soukromá událost"
    calendar_wins: Annotated[
        Literal["calendar", "erp"],
        Key(
            "calendarWins",
            choice("calendar", "erp"),
            doc="Side that is kept where both have changed one field: `calendar` or `erp`.",
            source="K-6",
        ),
    ] = "calendar"
    calendar_brake_items: Annotated[
        int,
        Key(
            "calendarBrakeItems",
            _NUMBER,
            doc="More deletions than this in one round of a user wait for a person.",
            source="K-7",
        ),
    ] = 10
    calendar_brake_percent: Annotated[
        int,
        Key(
            "calendarBrakePercent",
            _PERCENT,
            doc="So do deletions of more than this share of a user's items, from three on.",
            source="K-7",
        ),
    ] = 20


def calendar_keys_of(boxes: Sequence[CalendarKeys]) -> CalendarKeys:
    """Return the calendar's settings of a deployment: each from the first file that names it."""
    given: dict[str, object] = {}
    for box in reversed(boxes):
        named = box.model_fields_set & CalendarKeys.model_fields.keys()
        given |= {name: getattr(box, name) for name in named}
    return CalendarKeys.model_validate(given)
