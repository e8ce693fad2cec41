"""Rounds of several users at one time (K-1)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.calsync.calendars.port import Participant
from services.calsync.company import CompanyRounds
from services.calsync.people import LookedUp
from services.calsync.round import RoundOfUser
from shared.contracts.said import said
from shared.errors import CredentialsRefusedError
from tests.calendar_world import CalendarWorld

USERS = tuple(Participant(n, f"user{n}@firma.cz", f"mailbox-{n}") for n in range(1, 10))


class _FakeRounds:
    """Does nothing but to count."""

    def __init__(self, world: CalendarWorld, run: Callable[[Participant], None]) -> None:
        self.engine, self.clock = world.engine, lambda: world.now
        self.begun: list[int] = []
        self._run = run
        self._lock = threading.Lock()
        self.running = self.most = 0

    def run(self, user: Participant) -> RoundOfUser:
        with self._lock:
            self.begun.append(user.user_id)
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            self._run(user)
        finally:
            with self._lock:
                self.running -= 1
        return RoundOfUser(user.address, "ok")


def _company(
    monkeypatch: pytest.MonkeyPatch,
    rounds: Any,
    before: Callable[[], None] = lambda: None,
) -> CompanyRounds:
    company = CompanyRounds(rounds, people=None, before=before, workers=4)  # type: ignore[arg-type]
    found = LookedUp(USERS, {}, {user.address: user.user_id for user in USERS})
    monkeypatch.setattr(CompanyRounds, "due", lambda _self: found)
    return company


def _all(company: CompanyRounds) -> list[str]:
    return [one.user for one in company.all((), lambda _seconds: None, 0.0)]


def test_several_users_have_their_rounds_at_one_time(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-1: as many as `calendarConcurrency` says, told in their order; the first has it alone."""
    together = threading.Barrier(4)

    def run(user: Participant) -> None:
        if user.user_id > 1:
            together.wait(30)

    rounds = _FakeRounds(world, run)

    assert _all(_company(monkeypatch, rounds)) == [user.address for user in USERS]
    assert rounds.begun[0] == 1
    assert rounds.most == 4


def test_the_lease_is_asked_for_by_one_thread_at_a_time(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-1: before every round, and never by two of them at once."""
    holding, asked = threading.Lock(), []

    def before() -> None:
        assert holding.acquire(blocking=False)
        asked.append(1)
        holding.release()

    rounds = _FakeRounds(world, lambda _user: None)
    _all(_company(monkeypatch, rounds, before))

    assert len(asked) == len(USERS)


def test_a_refused_token_is_met_by_the_first_alone(
    world: CalendarWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-1: what concerns all users ends the round for all after one of them."""

    def run(_user: Participant) -> None:
        raise CredentialsRefusedError(said("no"))

    rounds = _FakeRounds(world, run)
    with pytest.raises(CredentialsRefusedError):
        _all(_company(monkeypatch, rounds))

    assert rounds.begun == [1]
