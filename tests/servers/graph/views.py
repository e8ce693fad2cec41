"""Lists of events: all of a calendar, those in a time, the occurrences of a series, searches."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote

from tests.servers.graph import render, series, zones
from tests.servers.graph.mailbox import DEFAULT, GraphMailbox
from tests.servers.graph.messages import Call, Json, bad_request
from tests.servers.graph.stored import StoredEvent, View, of_event

_PAGE, _MOST = 10, 1000
_TAG = re.compile(
    r"singleValueExtendedProperties/any\(ep:\s*ep/id eq '([^']*)' and ep/value "
    r"(?:eq '((?:[^']|'')*)'|(ne null))\)",
    re.IGNORECASE,
)
_UID = re.compile(r"iCalUId eq '((?:[^']|'')*)'")


def events(root: str, mailbox: GraphMailbox, calendar: str | None, call: Call) -> Json:
    """Return the single events and series of a calendar, as far as they are sought.

    Without a calendar it is the default one, although the documentation speaks of the mailbox.
    """
    wanted = call.query.get("$filter")
    known = mailbox.searchable() if wanted else mailbox.living()
    sought = _sought(wanted) if wanted else lambda _: True
    found = [
        of_event(event)
        for event in known
        if event.calendar == (calendar or DEFAULT) and sought(event)
    ]
    return _page(root, mailbox, found, call)


def calendar_view(root: str, mailbox: GraphMailbox, calendar: str, call: Call) -> Json:
    """Return what a calendar shows in a time; series as their occurrences."""
    begin, end = window(call)
    found = sorted(_shown(mailbox, calendar, begin, end), key=lambda view: view.begin)
    return _page(root, mailbox, found, call)


def instances(root: str, mailbox: GraphMailbox, name: str, call: Call) -> Json:
    """Return the occurrences of a series in a time."""
    view = mailbox.find(name)
    if view.kind != "seriesMaster":
        raise bad_request("ErrorInvalidRequest", "Your request can't be completed: no series.")
    return _page(root, mailbox, series.occurrences(view.event, *window(call)), call)


def window(call: Call) -> tuple[datetime, datetime]:
    """Return the time that a request is about."""
    try:
        begin, end = call.query["startDateTime"], call.query["endDateTime"]
    except KeyError as error:
        message = f"This request requires a time window: {error.args[0]} is missing."
        raise bad_request("ErrorInvalidParameter", message) from None
    return zones.query_time(begin), zones.query_time(end)


def link(root: str, call: Call, **more: str) -> str:
    """Return the address of a call with other parameters; `_` stands for `$` in their names."""
    query = {**call.query, **{name.replace("_", "$", 1): value for name, value in more.items()}}
    path = "".join(f"/{quote(segment, safe='()@')}" for segment in call.path)
    written = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return f"{root}{path}?{written}"


def _shown(mailbox: GraphMailbox, calendar: str, begin: datetime, end: datetime) -> Iterator[View]:
    for event in mailbox.living(calendar):
        if event.is_series:
            yield from series.occurrences(event, begin, end)
        elif series.overlaps(of_event(event), begin, end):
            yield of_event(event)


def _sought(wanted: str) -> Callable[[StoredEvent], bool]:
    if tag := _TAG.fullmatch(wanted.strip()):
        name, value, any_value = tag[1], (tag[2] or "").replace("''", "'").lower(), tag[3]
        return lambda event: (
            name in event.tags and (bool(any_value) or event.tags[name].lower() == value)
        )
    if uid := _UID.fullmatch(wanted.strip()):
        return lambda event: event.uid == uid[1].replace("''", "'")
    raise bad_request("ErrorInvalidUrlQueryFilter", "The query filter contains invalid nodes.")


def _page(root: str, mailbox: GraphMailbox, found: list[View], call: Call) -> Json:
    size = int(call.query.get("$top") or call.preferences.page_size or _PAGE)
    if not 1 <= size <= _MOST:
        raise bad_request("ErrorInvalidUrlQuery", "The value of $top must be from 1 to 1000.")
    begin = int(call.query.get("$skip") or 0)
    wish = call.preferences
    page: Json = {
        "value": [
            render.chosen(render.as_json(mailbox, view, wish), view, call.query)
            for view in found[begin : begin + size]
        ]
    }
    if begin + size < len(found):
        page["@odata.nextLink"] = link(root, call, _skip=str(begin + size))
    return page
