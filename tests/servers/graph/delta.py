"""Rounds of `calendarView/delta`, with all that the service allows itself."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from tests.servers.graph import render, series
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.messages import Call, Json, Preferences, RefusalError, bad_request
from tests.servers.graph.stored import StoredEvent, View, of_event
from tests.servers.graph.views import link, window

_UNSUPPORTED = ("$filter", "$orderby", "$search")


@dataclass(slots=True)
class DeltaHabits:
    """What delta does that it need not do.

    Attributes:
        page_size: Items per page, unless the request wishes another number.
        backwards: Newest first.
        empty_pages: An empty page before every other one.
        duplicates: What is on a page is on the next one, too.
        replays: What was told in the round before is told again.
    """

    page_size: int = 10
    backwards: bool = False
    empty_pages: bool = False
    duplicates: bool = False
    replays: bool = False


@dataclass(frozen=True, slots=True)
class _Round:
    """A round that runs: the numbers of the events on each of its pages, and what comes then."""

    calendar: str
    begin: datetime
    end: datetime
    first: bool
    pages: list[list[int]]
    next: Json


@dataclass(slots=True)
class Delta:
    """The rounds of all mailboxes.

    Attributes:
        lost_code: What the service calls a token that it does not know any more.
        lost_location: Whether it says then where to begin anew.
        lose_at_page: The pages of a round from this one on are lost, once; 0 for never.
    """

    habits: DeltaHabits = field(default_factory=DeltaHabits)
    lost_code: str = "SyncStateNotFound"
    lost_location: bool = True
    lose_at_page: int = 0
    _generation: int = 0
    _rounds: dict[int, _Round] = field(default_factory=dict)
    _begun: int = 0

    def lose_tokens(self) -> None:
        """Forget every token given so far: rounds that begin with one must begin anew."""
        self._generation += 1
        self._rounds.clear()

    def answer(self, root: str, mailbox: GraphMailbox, calendar: str, call: Call) -> Json:
        """Return the page that a request asks for."""
        _check_query(call)
        if "$skiptoken" in call.query:
            return self._page(root, mailbox, call, _opened(call.query["$skiptoken"]))
        if "$deltatoken" in call.query:
            token = _opened(call.query["$deltatoken"])
        else:
            begin, end = window(call)
            token = {"w": [begin.isoformat(), end.isoformat()], "o": 0, "b": 0, "first": True}
            token |= {"m": mailbox.account.id, "c": calendar, "g": self._generation}
        self._check(token, mailbox, calendar, root, call)
        started = self._start(mailbox, token, call.preferences)
        return self._page(root, mailbox, call, {"r": started, "p": 0})

    def _check(
        self, token: Json, mailbox: GraphMailbox, calendar: str, root: str, call: Call
    ) -> None:
        if (token.get("m"), token.get("c")) != (mailbox.account.id, calendar):
            raise _wrong()
        if token["g"] != self._generation:
            raise self._lost(root, call, token["w"])

    def _start(self, mailbox: GraphMailbox, token: Json, wish: Preferences) -> int:
        since = token["b"] if self.habits.replays else token["o"]
        begin, end = (datetime.fromisoformat(each) for each in token["w"])
        then = token | {"o": mailbox.order, "b": token["o"], "first": False}
        running = _Round(token["c"], begin, end, first=token["first"], pages=[], next=then)
        fresh = [number for number, order in mailbox.seen.items() if order > since]
        fresh.sort(key=lambda number: mailbox.seen[number], reverse=self.habits.backwards)
        size = wish.page_size or self.habits.page_size
        running.pages.extend(self._pages(mailbox, running, fresh, size))
        self._begun += 1
        self._rounds[self._begun] = running
        return self._begun

    def _pages(
        self, mailbox: GraphMailbox, running: _Round, fresh: list[int], size: int
    ) -> list[list[int]]:
        pages: list[list[int]] = [[]]
        filled = 0
        for number in fresh:
            event = mailbox.events[number]
            items = len(event.dates(running.end.date())) if event.is_series else 1
            # A series stays together, however many occurrences it has.
            if filled and filled + items > size:
                pages.append([])
                filled = 0
            pages[-1].append(number)
            filled += items
        if self.habits.duplicates:
            pages = [now + before for now, before in zip([*pages, []], [[], *pages], strict=True)]
        if self.habits.empty_pages:
            pages = [each for page in pages for each in ([], page)]
        return pages

    def _page(self, root: str, mailbox: GraphMailbox, call: Call, token: Json) -> Json:
        place = token.get("p")
        if not isinstance(place, int):
            raise _wrong()
        if self.lose_at_page and place >= self.lose_at_page:
            self.lose_at_page = 0
            self._rounds.pop(token["r"], None)
        running = self._rounds.get(token["r"])
        if running is None:
            raise self._lost(root, call, None)
        wish = call.preferences
        page: Json = {
            "value": [
                item
                for number in running.pages[place]
                for item in _items(mailbox, running, number, wish)
            ]
        }
        plain = Call(call.method, call.path)
        if place + 1 < len(running.pages):
            more = _sealed({"r": token["r"], "p": place + 1})
            page["@odata.nextLink"] = link(root, plain, _skiptoken=more)
        else:
            page["@odata.deltaLink"] = link(root, plain, _deltatoken=_sealed(running.next))
        return page

    def _lost(self, root: str, call: Call, times: list[str] | None) -> RefusalError:
        headers = {}
        if self.lost_location:
            plain = Call(call.method, call.path)
            begin, end = times or ("", "")
            window = {"startDateTime": begin, "endDateTime": end} if times else {}
            headers["Location"] = link(root, plain, **window, _deltatoken="")
        message = "The sync state generation is not found."
        return RefusalError(HTTPStatus.GONE, self.lost_code, message, headers)


def _items(
    mailbox: GraphMailbox, running: _Round, number: int, wish: Preferences
) -> Iterator[Json]:
    event = mailbox.events.get(number)
    shown = [] if event is None else list(_shown(mailbox, running, event, wish))
    if not shown and not running.first and event is not None:
        # Also of events outside the window, which this does not concern at all.
        name = render.event_id(mailbox, of_event(event), wish)
        yield {"id": name, "@removed": {"reason": "deleted"}}
    yield from shown


def _shown(
    mailbox: GraphMailbox, running: _Round, event: StoredEvent, wish: Preferences
) -> Iterator[Json]:
    if event.calendar != running.calendar:
        return
    if not event.is_series:
        if series.overlaps(of_event(event), running.begin, running.end):
            yield _full(mailbox, of_event(event), wish)
        return
    found = series.occurrences(event, running.begin, running.end)
    if found and not series.begins_before(event, running.begin):
        yield _full(mailbox, of_event(event), wish)
    for view in found:
        plain = view.kind == "occurrence"
        yield render.bare(mailbox, view, wish) if plain else _full(mailbox, view, wish)


def _full(mailbox: GraphMailbox, view: View, wish: Preferences) -> Json:
    return {"@odata.type": "#microsoft.graph.event", **render.as_json(mailbox, view, wish)}


def _check_query(call: Call) -> None:
    if "$expand" in call.query:
        message = "Value cannot be null. Parameter name: source"
        raise RefusalError(HTTPStatus.INTERNAL_SERVER_ERROR, "ErrorInternalServerError", message)
    found = [name for name in _UNSUPPORTED if name in call.query]
    if found:
        message = f"Not supported with change tracking: {', '.join(found)}."
        raise bad_request("ErrorInvalidUrlQuery", message)


def _sealed(token: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode()


def _opened(text: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error):
        raise _wrong() from None
    if not isinstance(found, dict) or not {"r", "m"} & set(found):
        raise _wrong()
    return found


def _wrong() -> RefusalError:
    return bad_request("InvalidDeltaToken", "The delta token is not valid for this request.")
