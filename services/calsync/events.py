"""What the calendar shows of a user's links: asks where the changes alone prove nothing (K-7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.calsync.calendars.port import (
    CalendarChanges,
    CalendarItem,
    EventCalendar,
    ItemGoneError,
    MailboxRefusedError,
    Participant,
    Window,
)
from services.calsync.link import CalendarLink
from services.calsync.rules import CalendarRules
from services.calsync.series import SeriesMatch, match_another_kind, match_occurrences
from services.calsync.sights import EventEvidence, EventSight
from services.calsync.zones import inside, moment_of
from shared.errors import AwayError, TransientError


def decides_nothing(error: TransientError | MailboxRefusedError) -> bool:
    """Whether only this one question stays open; else the whole round of the user must wait."""
    if isinstance(error, MailboxRefusedError):
        return not error.gone
    return error.retry_after_seconds is None and not isinstance(error, AwayError)


@dataclass(frozen=True, slots=True)
class EventLook:
    """Looks at one user's calendar in one round.

    Attributes:
        now: The moment of the round, kept as that of a first proof.
    """

    calendar: EventCalendar
    user: Participant
    window: Window
    rules: CalendarRules
    now: datetime

    def __call__(self, links: Sequence[CalendarLink], changes: CalendarChanges) -> EventEvidence:
        """Return what the calendar shows of `links`, and what is new in it.

        Raises:
            TransientError: The mailbox asks to wait, or Graph is unreachable.
            MailboxRefusedError: The account is not found.
        """
        found = EventEvidence()
        known = [link for link in links if link.event_id]
        items = {item.id: item for item in changes.items}
        if self.rules.recurrence == "all":
            self._look_at_series(found, known, items, changes)
        items = {one.id: one for one in items.values() if self._is_item(one)}
        used = self._look_at_singles(found, known, items, changes)
        used |= {one.item.id for one in found.sights.values() if one.item}
        # An occurrence of a series that was looked at is there already, in its newest state.
        fresh = {**items, **found.new}
        found.new = {
            event_id: item
            for event_id, item in fresh.items()
            if event_id not in used and not item.called_off and self._begins_here(item)
        }
        return found

    def _is_item(self, item: CalendarItem) -> bool:
        first_only = self.rules.recurrence == "first"
        return item.kind != ("occurrence" if first_only else "master")

    def _begins_here(self, item: CalendarItem) -> bool:
        """Whether a new item is inside; of a series of which one activity is made, its first."""
        if item.kind == "master":
            begin = moment_of(item.content.start, self.window.zone)
            return self.window.begin <= begin < self.window.end
        return inside(item.content, self.window)

    def _look_at_singles(
        self,
        found: EventEvidence,
        links: Iterable[CalendarLink],
        items: Mapping[str, CalendarItem],
        changes: CalendarChanges,
    ) -> set[str]:
        """Look at links that no series has dealt with; return the events that they have."""
        used = {link.event_id or "" for link in links}
        renamed = {item.uid for item in items.values() if item.uid and item.id not in used}
        for link in links:
            if link.item_id in found.sights:
                continue
            if item := items.get(link.event_id or ""):
                found.sights[link.item_id] = _seen(item)
            elif (not link.master or link.is_series) and (
                link.uid in renamed or self._is_suspect(link, changes)
            ):
                self._ask(found, link)
        return used

    def _is_suspect(self, link: CalendarLink, changes: CalendarChanges) -> bool:
        """Return whether the event may be gone: a hint that must be followed by a look."""
        if link.look or link.event_id in changes.removed:
            return True
        if not changes.complete or link.state == "parked" or link.calendar is None:
            return False
        return inside(link.calendar, self.window)

    def _ask(self, found: EventEvidence, link: CalendarLink) -> None:
        """Ask for an event by its id, and by its iCalUId before its absence counts."""
        try:
            sight = self._answer(link)
        except (TransientError, MailboxRefusedError) as error:
            if not decides_nothing(error):
                raise
            found.asked[link.item_id] = replace(link, look=True)
            found.sights[link.item_id] = EventSight("unclear")
            return
        if sight.state == "gone" and not self._proven(link, sight):
            first = link.missing_since or self.now
            found.asked[link.item_id] = replace(link, look=True, missing_since=first)
            sight = EventSight("unclear")
        found.sights[link.item_id] = sight

    def _proven(self, link: CalendarLink, sight: EventSight) -> bool:
        """Whether the proof is the second one, or the event itself says that it is called off."""
        return link.missing_since is not None or sight.item is not None

    def _answer(self, link: CalendarLink) -> EventSight:
        """Return what a look by id shows; an event whose id is unknown may have a new one."""
        try:
            return self._in_its_place(self.calendar.get(self.user, link.event_id or ""))
        except ItemGoneError:
            same = self.calendar.with_uid(self.user, link.uid) if link.uid else ()
        sights = [
            self._in_its_place(one)
            for one in same
            if one.id != link.event_id and self._is_item(one)
        ]
        # Of several the one in the default calendar is meant.
        in_order = sorted(sights, key=lambda sight: sight.state != "seen")
        return in_order[0] if in_order else EventSight("gone")

    def _in_its_place(self, item: CalendarItem) -> EventSight:
        if item.called_off or not inside(item.content, self.window):
            return _seen(item)
        match self.calendar.place(self.user, item):
            case "calendar":
                return _seen(item)
            case "elsewhere":
                return EventSight("elsewhere", item)
            case "nowhere":
                return EventSight("gone")

    def _look_at_series(
        self,
        found: EventEvidence,
        links: Sequence[CalendarLink],
        items: Mapping[str, CalendarItem],
        changes: CalendarChanges,
    ) -> None:
        """Look at every series that the changes name, and at those with an open question."""
        for master in self._touched(links, items, changes):
            own = [link for link in links if link.master == master]
            single = [link for link in links if link.event_id == master]
            if not own and not single:
                continue
            turned = items.get(master)
            if own and turned and turned.kind == "single":
                self._matched(found, match_another_kind(own, [turned], self.window))
                continue
            occurrences = self._occurrences(found, master, own, items)
            if occurrences is None:
                continue
            if single and occurrences:
                self._matched(found, match_another_kind(single, occurrences, self.window))
            elif own:
                self._matched(found, match_occurrences(own, occurrences, self.window))

    def _touched(
        self,
        links: Sequence[CalendarLink],
        items: Mapping[str, CalendarItem],
        changes: CalendarChanges,
    ) -> Sequence[str]:
        named = {one.master or one.id for one in items.values() if one.kind != "single"}
        turned = {one.id for one in items.values() if one.kind == "single"}
        masters = dict.fromkeys(link.master for link in links if link.master)
        known = {link.event_id for link in links} | masters.keys()
        # A series under another id: its links have the former one.
        renamed = {
            one.uid for one in items.values() if one.uid and (one.master or one.id) not in known
        }
        asked = {
            link.master
            for link in links
            if link.master
            and (
                link.uid in renamed
                or link.event_id in changes.removed
                or self._is_suspect(link, changes)
            )
        }
        wanted = named | asked | (changes.removed & masters.keys()) | (turned & masters.keys())
        return sorted(one for one in wanted if one)

    def _occurrences(
        self,
        found: EventEvidence,
        master: str,
        links: Sequence[CalendarLink],
        items: Mapping[str, CalendarItem],
    ) -> Sequence[CalendarItem] | None:
        """Return the occurrences of a series in the window; None if the question stays open.

        What the changes name suffices where they name every link's occurrence.
        """
        named = [one for one in items.values() if one.master == master]
        if links and {link.event_id for link in links} <= {one.id for one in named}:
            return named
        try:
            return self._fresh(found, master, links)
        except (TransientError, MailboxRefusedError) as error:
            if not decides_nothing(error):
                raise
        for link in links:
            found.asked[link.item_id] = replace(link, look=True)
            found.sights[link.item_id] = EventSight("unclear")
        found.undecided = found.undecided or not links
        return None

    def _fresh(
        self, found: EventEvidence, master: str, links: Sequence[CalendarLink]
    ) -> Sequence[CalendarItem] | None:
        try:
            listed = self.calendar.occurrences(self.user, master, self.window)
        except ItemGoneError:
            other = self._under_another_id(master, links)
            if other is None:
                self._series_is_missing(found, links)
                return None
            listed = self.calendar.occurrences(self.user, other, self.window)
        if not listed:
            return listed
        # The list is that of the series, in whatever calendar it is.
        match self.calendar.place(self.user, listed[0]):
            case "calendar":
                return listed
            case "elsewhere":
                self._series_is_elsewhere(found, links, listed)
            case "nowhere":
                self._series_is_missing(found, links)
        return None

    def _under_another_id(self, master: str, links: Sequence[CalendarLink]) -> str | None:
        """Return the id that a series has now, if it has been given a new one."""
        uid = next((link.uid for link in links if link.uid), "")
        same = self.calendar.with_uid(self.user, uid) if uid else ()
        others = (one.id for one in same if one.kind == "master" and one.id != master)
        return next(others, None)

    def _series_is_elsewhere(
        self, found: EventEvidence, links: Sequence[CalendarLink], listed: Sequence[CalendarItem]
    ) -> None:
        """Rest, under the ids of now: a series may be renamed and moved at once."""
        for link, item in match_occurrences(links, listed, self.window).pairs:
            found.sights[link.item_id] = EventSight("elsewhere", item)
        for link in links:
            found.sights.setdefault(link.item_id, EventSight("elsewhere"))

    def _series_is_missing(self, found: EventEvidence, links: Iterable[CalendarLink]) -> None:
        """Note that a series is not found: the second look proves it gone, as with an event."""
        for link in links:
            if link.calendar is not None and not inside(link.calendar, self.window):
                continue
            if link.missing_since is not None:
                found.sights[link.item_id] = EventSight("gone")
                continue
            found.asked[link.item_id] = replace(link, look=True, missing_since=self.now)
            found.sights[link.item_id] = EventSight("unclear")

    def _matched(self, found: EventEvidence, match: SeriesMatch) -> None:
        for link, item in match.pairs:
            found.sights[link.item_id] = _seen(item)
        for link in match.gone:
            found.sights[link.item_id] = EventSight("gone")
        found.new |= {item.id: item for item in match.new}


def _seen(item: CalendarItem) -> EventSight:
    return EventSight("gone" if item.called_off else "seen", item)
