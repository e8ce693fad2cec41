"""What the service makes of the properties that it is sent: checks, defaults, linked ones."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.servers.graph import bodies, zones
from tests.servers.graph.messages import Json, bad_request

MOST_ATTENDEES = 500
DEFAULTS: Json = {
    "subject": "",
    "body": bodies.stored({"contentType": "html", "content": ""}),
    "isAllDay": False,
    "location": {"displayName": "", "locationType": "default"},
    "locations": [],
    "attendees": [],
    "sensitivity": "normal",
    "showAs": "busy",
    "importance": "normal",
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "categories": [],
    "recurrence": None,
}
_READ_ONLY = {
    "id",
    "changeKey",
    "@odata.etag",
    "@odata.type",
    "type",
    "iCalUId",
    "createdDateTime",
    "lastModifiedDateTime",
    "organizer",
    "isOrganizer",
    "bodyPreview",
    "seriesMasterId",
    "originalStart",
    "webLink",
    "transactionId",
    "singleValueExtendedProperties",
}
_SENSITIVITIES = ("normal", "personal", "private", "confidential")


def rewritten(before: Json, given: Json) -> Json:
    """Return the properties after a write of `given`; what cannot be is refused."""
    after = dict(before)
    # The join block is added to the body that the same write brings.
    for name in sorted(given, key=lambda each: each == "isOnlineMeeting"):
        if name not in _READ_ONLY:
            _known(name)
            after |= _PROPERTIES.get(name, _plainly(name))(given[name], after)
    _check(after)
    return after


def _known(name: str) -> None:
    if name not in {*DEFAULTS, "start", "end"}:
        message = f"The property '{name}' does not exist on type 'microsoft.graph.event'."
        raise bad_request("RequestBodyRead", message)


def _plainly(name: str) -> Callable[[Any, Json], Json]:
    return lambda value, _: {name: DEFAULTS.get(name) if value is None else value}


def _body(value: Any, before: Json) -> Json:
    content = bodies.stored(value or {})
    if before.get("isOnlineMeeting") and bodies.JOIN_LINK not in content:
        # The service takes a meeting whose join block is gone for one that is not online.
        return {"body": content, "isOnlineMeeting": False, "onlineMeetingProvider": "unknown"}
    return {"body": content}


def _location(value: Any, _: Json) -> Json:
    name = str((value or {}).get("displayName") or "")
    one = {"displayName": name, "locationType": "default"}
    if name:
        one |= {"uniqueId": name, "uniqueIdType": "private"}
    return {"location": one, "locations": [one] if name else []}


def _locations(value: Any, before: Json) -> Json:
    known = [_location(one, before)["location"] for one in value or ()]
    text = "; ".join(one["displayName"] for one in known)
    return {"locations": known, "location": {"displayName": text, "locationType": "default"}}


def _attendees(value: Any, before: Json) -> Json:
    if len(value or ()) > MOST_ATTENDEES:
        message = "The maximum number of attendees is 500."
        raise bad_request("ErrorExceededMaxRecipientLimit", message)
    former = {one["emailAddress"]["address"].lower(): one for one in before.get("attendees") or ()}
    no_answer = {"response": "none", "time": "0001-01-01T00:00:00Z"}
    return {
        "attendees": [
            {
                "type": one.get("type", "required"),
                "status": former.get(one["emailAddress"]["address"].lower(), {}).get("status")
                or no_answer,
                "emailAddress": {
                    "name": one["emailAddress"].get("name") or one["emailAddress"]["address"],
                    "address": one["emailAddress"]["address"],
                },
            }
            for one in value or ()
        ]
    }


def _sensitivity(value: Any, _: Json) -> Json:
    if value not in _SENSITIVITIES:
        message = f"Requested value '{value}' was not found."
        raise bad_request("RequestBodyRead", message)
    return {"sensitivity": value}


def _online(value: Any, before: Json) -> Json:
    if before.get("isOnlineMeeting") or not value:
        return {}
    return {
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
        "body": bodies.with_meeting(before["body"], len(before["body"])),
    }


def _time(name: str) -> Callable[[Any, Json], Json]:
    def take(value: Any, _: Json) -> Json:
        moment = value or {}
        zone = str(moment.get("timeZone") or "UTC")
        zones.zone(zone)
        return {name: zones.clock(zones.wall(moment), zone)}

    return take


_PROPERTIES: dict[str, Callable[[Any, Json], Json]] = {
    "body": _body,
    "location": _location,
    "locations": _locations,
    "attendees": _attendees,
    "sensitivity": _sensitivity,
    "isOnlineMeeting": _online,
    "start": _time("start"),
    "end": _time("end"),
}


def _check(fields: Json) -> None:
    if "start" not in fields or "end" not in fields:
        message = "The Event.Start and Event.End properties are required."
        raise bad_request("ErrorPropertyValidationFailure", message)
    begin, end = zones.instant(fields["start"]), zones.instant(fields["end"])
    if end < begin:
        message = "The end date is earlier than the start date."
        raise bad_request("ErrorCalendarEndDateIsEarlierThanStartDate", message)
    if fields["isAllDay"]:
        _check_days(fields)


def _check_days(fields: Json) -> None:
    start, end = zones.wall(fields["start"]), zones.wall(fields["end"])
    same = fields["start"]["timeZone"] == fields["end"]["timeZone"]
    if not (same and _is_midnight(start) and _is_midnight(end)):
        message = "The Event.Start property for an all-day event needs to be set to midnight."
        raise bad_request("ErrorPropertyValidationFailure", message)
    if end - start < timedelta(days=1):
        message = "The duration of an event marked as all day must be at least 24 hours."
        raise bad_request("ErrorPropertyValidationFailure", message)


def _is_midnight(clock: datetime) -> bool:
    return (clock.hour, clock.minute, clock.second) == (0, 0, 0)
