"""Which request does what."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from tests.servers.graph import ids, render, views
from tests.servers.graph.company import Company
from tests.servers.graph.mailbox import DEFAULT, DELETED, GraphMailbox
from tests.servers.graph.messages import Call, Json, RefusalError, Reply, bad_request, not_found
from tests.servers.graph.stored import View, of_event


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with what its path names.

    Attributes:
        root: Where links in the answer lead to.
        calendar: The calendar that is named; None if all are meant.
        event: The id of the event named.
    """

    root: str
    company: Company
    call: Call
    user: str = ""
    calendar: str | None = None
    event: str = ""

    @property
    def mailbox(self) -> GraphMailbox:
        """Return the mailbox named."""
        found = self.company.mailbox(self.user)
        if self.calendar is not None and self.calendar not in found.calendars:
            raise not_found()
        return found


def _users(asked: Asked) -> Reply:
    query = asked.call.query
    page, more = asked.company.accounts.page(query.get("$top"), query.get("$skiptoken"))
    body: Json = {"value": [account.as_json() for account in page]}
    if more:
        body["@odata.nextLink"] = views.link(asked.root, asked.call, _skiptoken=more)
    return Reply(body=body)


def _user(asked: Asked) -> Reply:
    return Reply(body=asked.company.accounts.find(asked.user).as_json())


def _events(asked: Asked) -> Reply:
    return Reply(body=views.events(asked.root, asked.mailbox, asked.calendar, asked.call))


def _calendar_view(asked: Asked) -> Reply:
    calendar = asked.calendar or DEFAULT
    return Reply(body=views.calendar_view(asked.root, asked.mailbox, calendar, asked.call))


def _delta(asked: Asked) -> Reply:
    calendar = asked.calendar or DEFAULT
    delta = asked.company.delta
    return Reply(body=delta.answer(asked.root, asked.mailbox, calendar, asked.call))


def _instances(asked: Asked) -> Reply:
    return Reply(body=views.instances(asked.root, asked.mailbox, asked.event, asked.call))


def _create(asked: Asked) -> Reply:
    event = asked.mailbox.create(asked.call.body, asked.calendar or DEFAULT)
    # The answer is in the zone that was sent, whatever `Prefer` says.
    wish = replace(asked.call.preferences, zone=event.fields["start"]["timeZone"])
    body = render.as_json(asked.mailbox, of_event(event), wish)
    return Reply(HTTPStatus.CREATED, render.chosen(body, of_event(event), asked.call.query))


def _read(asked: Asked) -> Reply:
    view = asked.mailbox.find(asked.event)
    shown = render.as_json(asked.mailbox, view, asked.call.preferences)
    return Reply(body=render.chosen(shown, view, asked.call.query))


def _patch(asked: Asked) -> Reply:
    _check_etag(asked.mailbox.find(asked.event), asked.call)
    view = asked.mailbox.patch(asked.event, asked.call.body)
    # In UTC, whatever `Prefer` says.
    wish = replace(asked.call.preferences, zone=None)
    return Reply(body=render.as_json(asked.mailbox, view, wish))


def _delete(asked: Asked) -> Reply:
    _check_etag(asked.mailbox.find(asked.event), asked.call)
    asked.mailbox.delete(asked.event)
    return Reply(HTTPStatus.NO_CONTENT)


def _calendar_of(asked: Asked) -> Reply:
    calendar = asked.mailbox.find(asked.event).event.calendar
    if calendar == DELETED:
        raise not_found()
    return Reply(body=_calendar_json(asked.mailbox, calendar))


def _calendar(asked: Asked) -> Reply:
    return Reply(body=_calendar_json(asked.mailbox, asked.calendar or DEFAULT))


def _calendars(asked: Asked) -> Reply:
    known = [_calendar_json(asked.mailbox, name) for name in asked.mailbox.calendars]
    return Reply(body={"value": known})


def _translate(asked: Asked) -> Reply:
    mailbox, given = asked.mailbox, asked.call.body
    wish = replace(asked.call.preferences, immutable="immutable" in given["targetIdType"].lower())
    pairs = [
        {"sourceId": name, "targetId": render.event_id(mailbox, mailbox.find(name), wish)}
        for name in given["inputIds"]
    ]
    return Reply(body={"value": pairs})


def _calendar_json(mailbox: GraphMailbox, calendar: str) -> Json:
    return {
        "id": calendar_id(mailbox, calendar),
        "name": mailbox.calendars[calendar],
        "isDefaultCalendar": calendar == DEFAULT,
        "canEdit": True,
        "owner": {"name": mailbox.address, "address": mailbox.address},
    }


def calendar_id(mailbox: GraphMailbox, calendar: str) -> str:
    """Return the id of a calendar."""
    return ids.immutable(f"{mailbox.account.id.replace('-', '')}C{calendar}")


def _check_etag(view: View, call: Call) -> None:
    wanted = call.headers.get("if-match", "*")
    if wanted not in ("*", render.etag(view.event)):
        message = "The send or update operation could not be performed because the change key "
        message += "passed in the request does not match the current change key for the item."
        raise RefusalError(HTTPStatus.PRECONDITION_FAILED, "ErrorIrresolvableConflict", message)


_USER = r"/users/(?P<user>[^/]+)"
_IN = rf"{_USER}(?:/(?P<default>calendar)|/calendars/(?P<calendar>[^/]+))?"
_EVENT = rf"{_IN}/events/(?P<event>[^/]+)"
ROUTES: tuple[tuple[str, str, Callable[[Asked], Reply]], ...] = (
    ("GET", r"/users", _users),
    ("GET", _USER, _user),
    ("GET", rf"{_USER}/calendars", _calendars),
    ("GET", rf"{_USER}/(?:(?P<default>calendar)|calendars/(?P<calendar>[^/]+))", _calendar),
    ("GET", rf"{_IN}/calendarView/delta(?:\(\))?", _delta),
    ("GET", rf"{_IN}/calendarView", _calendar_view),
    ("GET", rf"{_IN}/events", _events),
    ("POST", rf"{_IN}/events", _create),
    ("GET", _EVENT, _read),
    ("PATCH", _EVENT, _patch),
    ("DELETE", _EVENT, _delete),
    ("GET", rf"{_EVENT}/instances", _instances),
    ("GET", rf"{_EVENT}/calendar", _calendar_of),
    ("POST", rf"{_USER}/translateExchangeIds", _translate),
)


def answer(root: str, company: Company, call: Call) -> Reply:
    """Return what a request is answered; its effect has happened then."""
    before = len(company.outbox.mails)
    try:
        return _answered(root, company, call)
    except RefusalError as refusal:
        return refusal.reply
    finally:
        company.mailed_by_requests += len(company.outbox.mails) - before


def _answered(root: str, company: Company, call: Call) -> Reply:
    for method, pattern, act in ROUTES:
        found = re.fullmatch(pattern, call.where) if method == call.method else None
        if found:
            named = found.groupdict()
            asked = Asked(root, company, call, named.get("user", ""))
            calendar = _named_calendar(asked, named.get("default"), named.get("calendar"))
            return act(replace(asked, calendar=calendar, event=named.get("event") or ""))
    message = f"Resource not found for the segment '{call.path[-1] if call.path else ''}'."
    raise bad_request("BadRequest", message)


def _named_calendar(asked: Asked, default: str | None, name: str | None) -> str | None:
    if default or name is None:
        return DEFAULT if default else None
    known = {calendar_id(asked.mailbox, each): each for each in asked.mailbox.calendars}
    return known.get(name, name)
