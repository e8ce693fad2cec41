"""People edit on both sides while everything fails; then it is quiet, and both sides agree.

After vdirsyncer's state machine. `python -m tests.calendar_machine` runs 10,000 steps and says with
which seed; `python -m tests.calendar_machine EXAMPLES STEPS SEED` runs the same ones again.
"""

import random
import sys
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, seed, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import event as sqlalchemy_event

from services.calsync.calendars.port import ItemContent
from services.calsync.content import differing
from services.calsync.merge import as_shown
from shared.contracts.said import said
from shared.errors import TransientError
from shared.netgenium.own.calendar_tables import calendar_write_table
from tests.calendar_world import JAN, a_copied_world, at

DAYS = strategies.integers(4, 28)
HOURS = strategies.integers(7, 18)
NUMBERS = strategies.integers(0, 1_000)
TEXTS = strategies.sampled_from(["", "agenda", "minutes\nof the meeting", "ž"])
TROUBLES = strategies.sampled_from(["fail before", "fail after", "kill before", "kill after"])
GUEST = ("petr@acme.example",)


class KilledError(BaseException):
    """The process dies here."""


class CalendarMachine(RuleBasedStateMachine):
    """Jan's ERP and Jan's Outlook."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        self.world = self.ends.enter_context(a_copied_world())
        self.world.calendar._trouble = self._meet
        self.trouble: tuple[str, int] | None = None
        self.dying_commit: int | None = None
        self.in_round = False
        self.made = 0
        self.deleted: set[str] = set()
        sqlalchemy_event.listen(self.world.engine, "commit", self._commit)

    def teardown(self) -> None:
        self._quiet()
        sqlalchemy_event.remove(self.world.engine, "commit", self._commit)
        self.ends.close()

    def _meet(self, call: str) -> None:
        """Fail or die at the nth request."""
        if self.trouble is None:
            return
        kind, left = self.trouble
        what, when = kind.split()
        if not call.startswith(when) or (when == "after" and not call.endswith(_WRITES)):
            return
        self.trouble = (kind, left - 1)
        if left <= 0:
            self.trouble = None
            if what == "kill":
                raise KilledError
            raise TransientError(said("it failed"))

    def _commit(self, _connection: object) -> None:
        if self.dying_commit is None or not self.in_round:
            return
        self.dying_commit -= 1
        if self.dying_commit < 0:
            self.dying_commit = None
            raise KilledError

    def _content(self, day: int, hour: int, text: str, **more: Any) -> ItemContent:
        self.made += 1
        start = at(day, hour)
        return ItemContent(f"item-{self.made}", text, start, start + timedelta(hours=1), **more)

    def _pick(self, number: int) -> str:
        shown = sorted(self.world.calendar.shown(JAN.mailbox))
        assume(shown)
        return shown[number % len(shown)]

    def _pick_activity(self, number: int) -> int:
        known = sorted(self.world.activities())
        assume(known)
        return known[number % len(known)]

    # In the ERP.

    @rule(day=DAYS, hour=HOURS, text=TEXTS, private=strategies.booleans())
    def plan_in_erp(self, day: int, hour: int, text: str, private: bool) -> None:  # noqa: FBT001
        self.world.plan(self._content(day, hour, text, private=private))

    @rule(number=NUMBERS, day=DAYS, hour=HOURS)
    def move_in_erp(self, number: int, day: int, hour: int) -> None:
        start = at(day, hour)
        activity = self._pick_activity(number)
        self.world.edit(activity, start=start, end=start + timedelta(minutes=90), all_day=False)

    @rule(number=NUMBERS, text=TEXTS, name=strategies.sampled_from(["text", "location"]))
    def write_in_erp(self, number: int, text: str, name: str) -> None:
        self.world.edit(self._pick_activity(number), **{name: text})

    @rule(number=NUMBERS)
    def delete_in_erp(self, number: int) -> None:
        activity = self._pick_activity(number)
        self.deleted.add(self.world.activities()[activity].subject)
        shown = self.world.events()
        linked = [one.event_id for one in self.world.links() if one.activity_id == activity]
        self.deleted |= {shown[one].subject for one in linked if one is not None and one in shown}
        self.world.erase(activity)

    # In Outlook.

    @rule(
        day=DAYS,
        hour=HOURS,
        text=TEXTS,
        private=strategies.booleans(),
        guests=strategies.booleans(),
        own=strategies.booleans(),
    )
    def add_in_outlook(  # noqa: PLR0917 - as many as an event has
        self,
        day: int,
        hour: int,
        text: str,
        private: bool,  # noqa: FBT001
        guests: bool,  # noqa: FBT001
        own: bool,  # noqa: FBT001
    ) -> None:
        content = self._content(day, hour, text, private=private)
        attendees = GUEST if guests or not own else ()
        self.world.calendar.add(JAN.mailbox, content, attendees=attendees, own=own)

    @rule(day=DAYS, hour=HOURS, count=strategies.integers(1, 6))
    def add_series(self, day: int, hour: int, count: int) -> None:
        content = self._content(day, hour, "")
        starts = [content.start + timedelta(days=7 * n) for n in range(count)]
        self.world.calendar.add_series(JAN.mailbox, content, starts)

    @rule(number=NUMBERS, days=strategies.integers(-2, 2), count=strategies.integers(0, 6))
    def move_series(self, number: int, days: int, count: int) -> None:
        item = self.world.calendar.shown(JAN.mailbox)[self._pick(number)]
        assume(item.master is not None)
        assert item.master
        start = item.content.start + timedelta(days=days)
        starts = [start + timedelta(days=7 * n) for n in range(count)]
        if not starts:
            self.deleted.add(item.content.subject)
        self.world.calendar.plan_series(JAN.mailbox, item.master, starts)

    @rule(number=NUMBERS, day=DAYS, hour=HOURS)
    def move_in_outlook(self, number: int, day: int, hour: int) -> None:
        start = at(day, hour)
        end = start + timedelta(minutes=30)
        self.world.calendar.edit(JAN.mailbox, self._pick(number), start=start, end=end)

    @rule(number=NUMBERS, text=TEXTS, name=strategies.sampled_from(["text", "location"]))
    def write_in_outlook(self, number: int, text: str, name: str) -> None:
        self.world.calendar.edit(JAN.mailbox, self._pick(number), **{name: text})

    @rule(number=NUMBERS, private=strategies.booleans())
    def hide_in_outlook(self, number: int, private: bool) -> None:  # noqa: FBT001
        self.world.calendar.edit(JAN.mailbox, self._pick(number), private=private)

    @rule(number=NUMBERS, for_good=strategies.booleans())
    def delete_in_outlook(self, number: int, for_good: bool) -> None:  # noqa: FBT001
        event = self._pick(number)
        self.deleted.add(self.world.events()[event].subject)
        self.world.calendar.remove(JAN.mailbox, event, for_good=for_good)

    @rule(number=NUMBERS, called_off=strategies.booleans())
    def decline_in_outlook(self, number: int, called_off: bool) -> None:  # noqa: FBT001
        event = self._pick(number)
        self.deleted.add(self.world.events()[event].subject)
        self.world.calendar.set_facts(JAN.mailbox, event, called_off=called_off)

    @rule(number=NUMBERS)
    def take_back_in_outlook(self, number: int) -> None:
        """Out of Deleted Items, or of another calendar."""
        hidden = sorted(
            event_id
            for event_id, one in self.world.calendar._calendar(JAN.mailbox).events.items()
            if one.where != "calendar" and one.item.version != "gone" and not one.item.master
            if one.item.kind == "single" or one.where != "nowhere"
        )
        assume(hidden)
        self.world.calendar.move(JAN.mailbox, hidden[number % len(hidden)], "calendar")

    @rule(number=NUMBERS)
    def move_elsewhere_in_outlook(self, number: int) -> None:
        event = self._pick(number)
        item = self.world.calendar.shown(JAN.mailbox)[event]
        self.deleted.add(item.content.subject)
        self.world.calendar.move(JAN.mailbox, item.master or event, "elsewhere")

    @rule(number=NUMBERS)
    def copy_in_outlook(self, number: int) -> None:
        """A copy has the tag of what was copied."""
        item = self.world.calendar.shown(JAN.mailbox)[self._pick(number)]
        self.made += 1
        content = replace(item.content, subject=f"item-{self.made}")
        self.world.calendar.add(JAN.mailbox, content, tag=item.tag)

    @rule(number=NUMBERS)
    def touch_in_outlook(self, number: int) -> None:
        self.world.calendar.set_facts(JAN.mailbox, self._pick(number))

    @rule(number=NUMBERS, moved=strategies.booleans())
    def reissue_in_outlook(self, number: int, moved: bool) -> None:  # noqa: FBT001
        """Under a new id, and perhaps in another calendar at once."""
        event = self._pick(number)
        item = self.world.calendar.shown(JAN.mailbox)[event]
        renamed = self.world.calendar.reissue(JAN.mailbox, item.master or event)
        if moved:
            self.deleted.add(item.content.subject)
            self.world.calendar.move(JAN.mailbox, renamed, "elsewhere")

    # What goes wrong.

    @rule(trouble=TROUBLES, left=strategies.integers(0, 6))
    def something_fails(self, trouble: str, left: int) -> None:
        self.trouble = (trouble, left)

    @rule(left=strategies.integers(0, 8))
    def a_commit_fails(self, left: int) -> None:
        self.dying_commit = left

    @rule()
    def cursors_are_lost(self) -> None:
        self.world.calendar.lose_cursors(JAN.mailbox)

    @rule(minutes=strategies.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        assume(self.world.now < at(20))
        self.world.now += timedelta(minutes=minutes)

    # Rounds.

    @rule()
    def a_round(self) -> None:
        self.in_round = True
        with suppress(KilledError):
            self.world.round()
        self.in_round = False

    @rule()
    def quiet(self) -> None:
        self._quiet()

    @invariant()
    def nothing_is_doubled(self) -> None:
        """An item that was made once is there once on each side, but for a series."""
        series = {
            item.content.subject
            for item in self.world.calendar.shown(JAN.mailbox).values()
            if item.master
        }
        for side in (self.world.events(), self.world.activities()):
            counts = Counter(one.subject for one in side.values())
            hidden = self.world.rules.private_subject
            twice = {one for one, count in counts.items() if count > 1} - series - {hidden}
            assert not twice - self.deleted, twice

    def _quiet(self) -> None:
        self.trouble = self.dying_commit = None
        for _ in range(6):
            assert self.world.round().result == "ok"
        before = self._state()
        for _ in range(2):
            done = self.world.round()
            assert done.to_erp.created + done.to_erp.changed + done.to_erp.deleted == 0, done
            calendar = done.to_calendar
            assert calendar.created + calendar.changed + calendar.deleted == 0, done
        assert self._state() == before
        self._sides_agree()
        self._nothing_is_lost()

    def _state(self) -> object:
        with self.world.engine.connect() as connection:
            rows = connection.execute(calendar_write_table.select()).all()
        return len(rows), self.world.activities(), dict(self.world.calendar.shown(JAN.mailbox))

    def _sides_agree(self) -> None:
        shown = self.world.calendar.shown(JAN.mailbox)
        activities = self.world.activities()
        for link in self.world.links():
            if link.state != "in_step":
                continue
            assert link.activity_id in activities
            assert link.event_id in shown, link
            assert link.activity_id
            assert link.event_id
            event = as_shown(shown[link.event_id], link.origin, self.world.rules)
            apart = differing(activities[link.activity_id], event.content)
            assert apart <= ({"text"} if link.text_apart else set()), (link, apart)

    def _nothing_is_lost(self) -> None:
        """What nobody has deleted is on both sides."""
        hidden = self.world.rules.private_subject
        links = {link.activity_id: link for link in self.world.links()}
        known = {link.event_id for link in links.values()}
        for event_id, item in self.world.calendar.shown(JAN.mailbox).items():
            if item.content.subject not in self.deleted:
                assert event_id in known, item
        for activity_id, content in self.world.activities().items():
            is_over = isinstance(content.end, datetime) and content.end <= self.world.now
            if content.subject not in self.deleted | {hidden} and not is_over:
                assert activity_id in links, content


_WRITES = ("create", "change", "delete")


def run(examples: int, steps: int, *, same_steps: bool = False) -> None:
    """Run the machine; with `same_steps` it does the same at every call."""
    run_state_machine_as_test(
        CalendarMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=same_steps,
            suppress_health_check=list(HealthCheck),
        ),
    )


def main(examples: int = 200, steps: int = 50, number: int | None = None) -> None:
    """Run the long machine and tell its seed, by which a failure can be had again."""
    number = random.getrandbits(32) if number is None else number
    sys.stdout.write(f"{examples * steps} steps, seed {number}\n")
    sys.stdout.flush()
    seed(number)(CalendarMachine)
    run(examples, steps)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
