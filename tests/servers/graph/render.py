"""Events as Graph shows them."""

import base64
import re
from collections.abc import Mapping

from tests.servers.graph import bodies, ids, zones
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.messages import Json, Preferences
from tests.servers.graph.stored import StoredEvent, View

_AS_STORED = (
    "subject importance sensitivity isAllDay showAs isReminderOn reminderMinutesBeforeStart "
    "responseRequested allowNewTimeProposals hideAttendees isOnlineMeeting onlineMeetingProvider "
    "categories location locations attendees"
).split()
_PREVIEW = 255
_EXPANDED = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']*)'\)", re.IGNORECASE)


def event_id(mailbox: GraphMailbox, view: View, wish: Preferences) -> str:
    """Return the id of an event or occurrence, in the form wished."""
    event = view.event
    whole = ids.immutable(event.stem) if wish.immutable else mailbox.mutable_id(event)
    return whole if view.day is None else ids.occurrence(whole, view.day)


def etag(event: StoredEvent) -> str:
    """Return the entity tag of an event's present state."""
    return f'W/"{_change_key(event)}"'


def as_json(mailbox: GraphMailbox, view: View, wish: Preferences) -> Json:
    """Return an event as a GET shows it."""
    return {
        "@odata.etag": etag(view.event),
        "id": event_id(mailbox, view, wish),
        **_identity(mailbox, view),
        **{name: view.fields[name] for name in _AS_STORED},
        **_body(view.fields, wish),
        **_people(mailbox, view),
        **_times(view, wish.zone or "UTC"),
        **_place_in_series(mailbox, view, wish),
    }


def bare(mailbox: GraphMailbox, view: View, wish: Preferences) -> Json:
    """Return an occurrence as delta shows it: hardly more than its time."""
    master = View(view.event, None, view.event.fields)
    times = _times(view, wish.zone or "UTC")
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": etag(view.event),
        "id": event_id(mailbox, view, wish),
        "seriesMasterId": event_id(mailbox, master, wish),
        "type": "occurrence",
        "start": times["start"],
        "end": times["end"],
    }


def chosen(shown: Json, view: View, query: Mapping[str, str]) -> Json:
    """Return what `$select` and `$expand` leave of an event, and add."""
    select = {name for name in query.get("$select", "").split(",") if name}
    found = shown
    if select:
        found = {name: shown[name] for name in shown if name in {"@odata.etag", "id", *select}}
    if "cancelledOccurrences" in select and view.kind == "seriesMaster":
        days = sorted(view.event.cancelled)
        found["cancelledOccurrences"] = [f"OID.{shown['id']}.{day}" for day in days]
    expanded = _EXPANDED.search(query.get("$expand", ""))
    if expanded and expanded[1] in view.event.tags and view.day is None:
        one = {"id": expanded[1], "value": view.event.tags[expanded[1]]}
        found = {**found, "singleValueExtendedProperties": [one]}
    return found


def _change_key(event: StoredEvent) -> str:
    return base64.b64encode(f"{event.number}:{event.version}".encode()).decode()


def _identity(mailbox: GraphMailbox, view: View) -> Json:
    event = view.event
    return {
        "createdDateTime": zones.stamp(event.created),
        "lastModifiedDateTime": zones.stamp(event.modified),
        "changeKey": _change_key(event),
        "transactionId": event.transaction,
        "iCalUId": _uid(mailbox, view),
        "type": view.kind,
        "isDraft": False,
        "hasAttachments": False,
        "webLink": f"https://outlook.office365.com/owa/?itemid={event.stem}",
    }


def _uid(mailbox: GraphMailbox, view: View) -> str | None:
    if view.day is None or mailbox.occurrence_uids == "master":
        return view.event.uid
    return None if mailbox.occurrence_uids == "none" else f"{view.event.uid}{view.day:%Y%m%d}"


def _body(fields: Json, wish: Preferences) -> Json:
    text = bodies.as_text(fields["body"])
    body = {"contentType": "html", "content": fields["body"]}
    if wish.text:
        body = {"contentType": "text", "content": text}
    return {"body": body, "bodyPreview": text[:_PREVIEW]}


def _people(mailbox: GraphMailbox, view: View) -> Json:
    organizer = view.fields["organizer"]
    own = mailbox.owns(view.event)
    answer = view.fields.get("responseStatus") or ("organizer" if own else "notResponded")
    return {
        "organizer": {"emailAddress": {"name": organizer, "address": organizer}},
        "isOrganizer": own,
        "isCancelled": bool(view.fields.get("isCancelled")),
        "responseStatus": {"response": answer, "time": "0001-01-01T00:00:00Z"},
    }


def _times(view: View, zone: str) -> Json:
    stored = {name: view.fields[name] for name in ("start", "end")}
    zones.zone(zone)
    shown = {
        name: zones.clock(zones.wall(moment), zone)
        if view.fields["isAllDay"]
        else zones.written(zones.instant(moment), zone)
        for name, moment in stored.items()
    }
    return {
        **shown,
        "originalStartTimeZone": stored["start"]["timeZone"],
        "originalEndTimeZone": stored["end"]["timeZone"],
    }


def _place_in_series(mailbox: GraphMailbox, view: View, wish: Preferences) -> Json:
    if view.day is None:
        return {"seriesMasterId": None, "recurrence": view.fields["recurrence"]}
    master = View(view.event, None, view.event.fields)
    return {
        "seriesMasterId": event_id(mailbox, master, wish),
        "recurrence": None,
        "originalStart": zones.stamp(view.original_instant),
    }
