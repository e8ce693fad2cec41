"""Two users, meetings of both, activities that move between them; then it is quiet (INV-10)."""

from random import Random

import pytest

from services.calsync.calendars.port import Participant
from services.calsync.writing import Done
from tests.calendar_world import EVA, JAN, CalendarWorld, a_content, a_copied_world

STEPS = 30


class _Office:
    """What two people do on both sides, as a seed has it."""

    def __init__(self, world: CalendarWorld, seed: int) -> None:
        self.world = world
        self.chance = Random(seed)  # noqa: S311 - no secret
        self.made = 0

    def step(self) -> None:
        user = self.chance.choice([JAN, EVA])
        deeds = (self._plan, self._add, self._meet, self._give, self._edit, self._move, self._back)
        self.chance.choice(deeds)(user)
        if self.chance.random() < 0.5:
            assert self.world.round(user).result == "ok"

    def _name(self) -> str:
        self.made += 1
        return f"item {self.made}"

    def _day(self) -> int:
        return self.chance.randrange(4, 25)

    def _plan(self, user: Participant) -> None:
        self.world.plan(a_content(self._name(), self._day()), user)

    def _add(self, user: Participant) -> None:
        self.world.calendar.add(user.mailbox, a_content(self._name(), self._day()))

    def _meet(self, _user: Participant) -> None:
        """Jan invites Eva."""
        content = a_content(self._name(), self._day())
        for user in (JAN, EVA):
            self.world.calendar.add(
                user.mailbox, content, uid=content.subject, own=user is JAN,
                organizer=JAN.address, attendees=(EVA.address,),
            )  # fmt: skip

    def _give(self, user: Participant) -> None:
        """Make somebody else responsible."""
        if activities := sorted(self.world.activities(user)):
            other = EVA if user is JAN else JAN
            self.world.edit(self.chance.choice(activities), responsible=other.user_id)

    def _edit(self, user: Participant) -> None:
        if activities := sorted(self.world.activities(user)):
            self.world.edit(self.chance.choice(activities), location=self._name())
        if events := sorted(self.world.events(user)):
            name = self.chance.choice(events)
            self.world.calendar.edit(user.mailbox, name, location=self._name())

    def _move(self, user: Participant) -> None:
        """Under another id, and perhaps into another calendar."""
        if events := sorted(self.world.events(user)):
            renamed = self.world.calendar.reissue(user.mailbox, self.chance.choice(events))
            if self.chance.random() < 0.5:
                self.world.calendar.move(user.mailbox, renamed, "elsewhere")

    def _back(self, user: Participant) -> None:
        known = self.world.calendar._calendar(user.mailbox).events
        for name in [name for name, one in known.items() if one.where == "elsewhere"]:
            self.world.calendar.move(user.mailbox, name, "calendar")


@pytest.mark.parametrize("seed", [3, 26])
def test_two_users_are_quiet_in_the_end(seed: int) -> None:
    """INV-10, K-9, K-4a: whatever moves between them, nothing goes to and fro or is shared."""
    with a_copied_world() as world:
        office = _Office(world, seed)
        for _ in range(STEPS):
            office.step()
        for user in (JAN, EVA) * 6:
            assert world.round(user).result == "ok"

        for user in (JAN, EVA) * 2:
            done = world.round(user)
            assert (done.to_erp, done.to_calendar) == (Done(), Done())
        links = [link for user in (JAN, EVA) for link in world.links(user)]
        activities = [link.activity_id for link in links]
        assert len(set(activities)) == len(activities)
        for user in (JAN, EVA):
            in_step = [link for link in world.links(user) if link.state == "in_step"]
            assert {link.event_id for link in in_step} <= world.events(user).keys()
            assert {link.activity_id for link in in_step} <= world.activities(user).keys()
