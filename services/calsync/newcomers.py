"""What is not linked yet: what belongs together, what is known to have ended, what is new.

A deletion is remembered by event id and iCalUId, never by subject and time (K-7).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.calsync.actions import Action, MakeActivity, MakeEvent
from services.calsync.calendars.port import (
    CalendarItem,
    EventCalendar,
    ItemGoneError,
    MailboxRefusedError,
    Participant,
)
from services.calsync.content import differing
from services.calsync.event_writes import EventWrites
from services.calsync.events import decides_nothing
from services.calsync.link import CalendarLink, Side
from services.calsync.merge import as_shown
from services.calsync.plan import Planning, is_pushed, plan_new_event, plan_pair
from services.calsync.zones import moment_of
from shared.errors import TransientError

_MADE = "K-2: made in the calendar"
_BACK = "K-7: the event is in the calendar again"
_PUSHED = "K-2: made in the ERP"


@dataclass(slots=True)
class Newcomers:
    """Decides about events and activities without a link, in one round of one user.

    Attributes:
        events, activities: What is not linked, by id; what has been decided is taken out.
        links: All live links of the user.
        memory: His links that have ended, the newest last.
        complete: Every event of the window is known, so start and subject may match.
        undecided: Something could not be judged.
    """

    writes: EventWrites
    known: Planning
    events: dict[str, CalendarItem]
    activities: dict[str, CalendarItem]
    links: Sequence[CalendarLink]
    memory: Sequence[CalendarLink]
    complete: bool
    undecided: bool = False

    @property
    def calendar(self) -> EventCalendar:
        """The calendar that is asked."""
        return self.writes.calendar

    @property
    def user(self) -> Participant:
        """Whose round it is."""
        return self.writes.user

    def actions(self) -> Iterator[Action]:
        """Say what to do about each of them.

        Raises:
            TransientError: The mailbox asks to wait, or Graph is unreachable.
            MailboxRefusedError: The account is not found.
        """
        yield from self._asked_for()
        yield from self._remembered()
        yield from self._tagged()
        yield from self._matching()
        for event in self.events.values():
            yield plan_new_event(event, "calendar", self.known, _MADE)
        yield from self._pushed()

    def _asked_for(self) -> Iterator[Action]:
        """Yield events that show the transaction id of a request whose answer is not known."""
        making = [link for link in self.links if link.state == "making"]
        names = {self.writes.transaction_id(link): link for link in making}
        for event in list(self.events.values()):
            link = names.get(event.transaction_id or "")
            if link is not None:
                del self.events[event.id]
                yield self._made(link, event)

    def _made(self, link: CalendarLink, event: CalendarItem) -> Action:
        reason = f"{_PUSHED}; the answer was not known"
        return MakeEvent(link, None, link.generation, reason, event=event)

    def _remembered(self) -> Iterator[Action]:
        """Yield events whose link has ended: most of them stay so."""
        by_event = {link.event_id: link for link in self.memory if link.event_id}
        by_uid = {
            (link.uid, link.original_start): link
            for link in self.memory
            if link.uid and link.event_id
        }
        for event in list(self.events.values()):
            link = by_event.get(event.id) or by_uid.get((event.uid, event.original_start))
            if link is None:
                continue
            del self.events[event.id]
            if action := self._again(link, event):
                yield action

    def _again(self, link: CalendarLink, event: CalendarItem) -> Action | None:
        if link.state == "away":
            return self._back_from_away(link, event)
        if link.state == "ended":
            activity = self.activities.get(str(link.activity_id))
            if activity is None or link.decision == "refuse":
                return None
            del self.activities[activity.id]
            return plan_pair(
                replace(link, erp_values=None), activity, event, link.origin, self.known
            )
        if not self._is_alive(event):
            return None
        shown = as_shown(event, link.origin, self.known.rules)
        return MakeActivity(link, shown, link.origin, _BACK)

    def _back_from_away(self, link: CalendarLink, event: CalendarItem) -> Action | None:
        """Bring the activity back where a person has changed start, end or subject."""
        shown = as_shown(event, link.origin, self.known.rules)
        changed = differing(link.calendar, shown.content) if link.calendar else frozenset()
        if changed & {"start", "end", "subject"}:
            return MakeActivity(link, shown, link.origin, "K-7: changed in the calendar since")
        return None

    def _is_alive(self, event: CalendarItem) -> bool:
        """Return whether a look by id shows it in the default calendar: a replay does not count."""
        try:
            item = self.calendar.get(self.user, event.id)
            return not item.called_off and self.calendar.place(self.user, item) == "calendar"
        except ItemGoneError:
            return False
        except (TransientError, MailboxRefusedError) as error:
            if not decides_nothing(error):
                raise
            self.undecided = True
            return False

    def _tagged(self) -> Iterator[Action]:
        """Yield events that were made for an activity which has no event yet."""
        making = {str(link.activity_id): link for link in self.links if link.state == "making"}
        if not self.events or not (self.activities or making):
            return
        tags = self._oldest(self.calendar.tags(self.user, self.known.window))
        for event in list(self.events.values()):
            tag = tags.get(event.id)
            if tag in making:
                del self.events[event.id]
                yield self._made(making[tag], event)
            elif tag in self.activities:
                del self.events[event.id]
                yield self._pair(self.activities[tag], event, "erp")

    def _oldest(self, tags: Mapping[str, str]) -> Mapping[str, str]:
        """Return, of several events with one tag the first made: the others are copies."""
        several = [tag for tag in set(tags.values()) if list(tags.values()).count(tag) > 1]
        first = {tag: self.calendar.tagged(self.user, tag) for tag in several}
        return {
            event_id: tag
            for event_id, tag in tags.items()
            if not first.get(tag) or first[tag][0].id == event_id
        }

    def _matching(self) -> Iterator[Action]:
        """Yield what belongs together by series and start; in a complete round by subject, too."""
        by_series = {
            (item.uid, self._start(item)): item for item in self.activities.values() if item.uid
        }
        by_subject = {
            (item.content.subject, self._start(item)): item for item in self.activities.values()
        }
        for event in list(self.events.values()):
            shown = as_shown(event, "calendar", self.known.rules)
            activity = by_series.get((event.uid, self._start(event)))
            if activity is None and self.complete:
                activity = by_subject.get((shown.content.subject, self._start(event)))
            if activity is not None and activity.id in self.activities:
                del self.events[event.id]
                yield self._pair(activity, event, "calendar")

    def _pair(self, activity: CalendarItem, event: CalendarItem, origin: Side) -> Action:
        del self.activities[activity.id]
        return plan_pair(None, activity, event, origin, self.known)

    def _pushed(self) -> Iterator[Action]:
        """Yield events to make; for an activity under another's former id, of a new generation."""
        ended: dict[str, list[CalendarLink]] = {}
        for link in (*self.memory, *self.links):
            ended.setdefault(str(link.activity_id), []).append(link)
        for activity in self.activities.values():
            before = ended.get(activity.id, [])
            stays = [link for link in before if self._stays_alone(link, activity)]
            if stays or not is_pushed(activity, self.known):
                continue
            generation = max((link.generation + 1 for link in before), default=0)
            yield MakeEvent(None, activity, generation, _PUSHED)

    def _stays_alone(self, link: CalendarLink, activity: CalendarItem) -> bool:
        """Return whether its link has ended so that nothing is made again."""
        if link.state not in {"ended", "away"}:
            return False
        refused = link.event_id is None and link.erp is not None
        return not (refused and link.erp and differing(link.erp, activity.content))

    def _start(self, item: CalendarItem) -> object:
        return item.content.all_day, moment_of(item.content.start, self.known.window.zone)
