"""Events that are read as items of the port, and items as events of the SDK that are written."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event
from msgraph.generated.models.free_busy_status import FreeBusyStatus
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.location import Location
from msgraph.generated.models.sensitivity import Sensitivity
from msgraph.generated.models.single_value_legacy_extended_property import (
    SingleValueLegacyExtendedProperty,
)

from services.calsync.calendars.graph import texts, times
from services.calsync.calendars.graph.answers import GraphEvent, GraphPerson
from services.calsync.calendars.port import (
    CalendarItem,
    FieldValues,
    ItemContent,
    ItemTime,
    NewItem,
)
from services.calsync.content import canonical

HtmlToText = Callable[[str], str]

TAG_ID = "String {5f1f0c62-7f5d-4a53-9f0b-3d1f6a9f1c27} Name ErpActivityId"
"""The extended property that names the activity an event was made for. Its name is for ever."""

_PRIVATE = ("private", "confidential")


def item_of(
    event: GraphEvent, html_to_text: HtmlToText, master: GraphEvent | None = None
) -> CalendarItem:
    """Return an event as an item.

    Args:
        event: As Graph shows it; an occurrence of a delta may be bare: it has what its master has.
        html_to_text: Makes what a reader sees of an HTML body.
        master: Of an occurrence the series.

    Raises:
        ValueError: It is not what Graph promises.
    """
    full = master if master is not None and event.body is None else event
    content = _content(event, full, html_to_text)
    return CalendarItem(
        id=event.id,
        version=event.etag or "",
        content=content,
        kind=_kind(event),
        uid=(master or event).i_cal_u_id or "",
        master=event.series_master_id if event.of_series else None,
        original_start=_original(event, master, content.start),
        own=full.is_organizer is not False,
        organizer=_address(full.organizer),
        attendees=_attendees(full),
        online=bool(full.is_online_meeting),
        called_off=bool(full.is_cancelled) or _answer(full) == "declined",
        answer=_answer(full),
        tag=tag_of(event),
        transaction_id=event.transaction_id,
    )


def tag_of(event: GraphEvent) -> str | None:
    """Return the activity that an event was made for, where it was asked for."""
    for one in event.single_value_extended_properties or ():
        if one.id.lower() == TAG_ID.lower():
            return one.value
    return None


def new_event(new: NewItem, zone: ZoneInfo) -> Event:
    """Return an event to be made: busy, without attendees."""
    content = new.content
    event = changed_event(
        {
            "subject": content.subject,
            "text": content.text,
            "start": content.start,
            "end": content.end,
            "location": content.location,
            "private": content.private,
        },
        zone,
    )
    event.show_as = FreeBusyStatus.Busy
    if new.transaction_id is not None:
        # The SDK would send a None, under a name that Graph does not know.
        event.transaction_id = new.transaction_id
    if new.tag is not None:
        tag = SingleValueLegacyExtendedProperty(id=TAG_ID, value=new.tag)
        event.single_value_extended_properties = [tag]
    return event


def changed_event(values: FieldValues, zone: ZoneInfo) -> Event:
    """Return an event that has these fields and nothing else: the SDK sends what it holds."""
    event = Event()
    for name, value in values.items():
        match name, value:
            case "subject", str():
                event.subject = value
            case "text", str():
                event.body = ItemBody(content_type=BodyType.Text, content=value)
            case "location", str():
                event.location = Location(display_name=value)
            case "private", bool():
                event.sensitivity = Sensitivity.Private if value else Sensitivity.Normal
            case "start" | "end", _:
                _set_time(event, name, value, zone)
            case _:
                raise TypeError(name)
    return event


def _set_time(event: Event, name: str, value: object, zone: ZoneInfo) -> None:
    if not isinstance(value, date):
        raise TypeError(name)
    clock, zone_name = times.written(value, zone)
    setattr(event, name, DateTimeTimeZone(date_time=clock, time_zone=zone_name))
    event.is_all_day = not isinstance(value, datetime)


def _content(event: GraphEvent, full: GraphEvent, html_to_text: HtmlToText) -> ItemContent:
    if event.start is None or event.end is None:
        raise ValueError("an event without times")
    all_day = bool(full.is_all_day)
    return canonical(
        ItemContent(
            subject=full.subject or "",
            text=_text(full, html_to_text),
            start=times.time_of(event.start, all_day=all_day),
            end=times.time_of(event.end, all_day=all_day),
            location=(full.location.display_name or "") if full.location else "",
            private=full.sensitivity in _PRIVATE,
        )
    )


def _text(event: GraphEvent, html_to_text: HtmlToText) -> str:
    written = (event.body.content or "") if event.body else ""
    if event.body and event.body.content_type == "html":
        written = html_to_text(written)
    return texts.without_meeting_block(written) if event.is_online_meeting else written


def _kind(event: GraphEvent) -> Literal["single", "occurrence", "master"]:
    if event.of_series:
        return "occurrence"
    return "master" if event.is_master else "single"


def _original(event: GraphEvent, master: GraphEvent | None, start: ItemTime) -> ItemTime | None:
    if not event.of_series:
        return None
    if event.original_start is None:
        # Only an occurrence that is as its series has it comes without.
        return start
    series_all_day = bool((master or event).is_all_day)
    return times.original_time(event.original_start, all_day=series_all_day)


def _attendees(event: GraphEvent) -> tuple[str, ...]:
    organizer = _address(event.organizer)
    known = [_address(one) for one in event.attendees or () if one.type != "resource"]
    return tuple(dict.fromkeys(one for one in known if one and one != organizer))


def _address(one: GraphPerson | None) -> str:
    found = one.email_address.address if one and one.email_address else None
    return (found or "").strip().lower()


def _answer(event: GraphEvent) -> str:
    return (event.response_status.response or "") if event.response_status else ""


def created(event: GraphEvent) -> datetime:
    """Return when an event was made; the oldest time if it does not say."""
    return event.created_date_time or datetime.min.replace(tzinfo=UTC)
