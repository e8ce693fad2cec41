import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.fetcher.failed import FailedMailNote
from services.fetcher.feed import Feed, after_refusal, state_after
from services.fetcher.fetch import Fetched, Fetcher
from services.fetcher.lease import FileLease
from services.fetcher.memory import MemoryUnusableError
from services.fetcher.sources.first_look import WaitsForStartError
from services.fetcher.sources.port import Alarm, SourceMail, SourceReport
from services.fetcher.standing import FeedState
from shared.backup.store import BackupStore
from shared.broker.port import Receipt
from shared.contracts.messages import FetchedMail
from shared.contracts.origin import MailOrigin
from shared.contracts.said import said
from shared.errors import (
    AwayError,
    BrokerRefusedError,
    ConfigProblem,
    ConfigurationError,
    CredentialsRefusedError,
    CRMServiceError,
    HeldElsewhereError,
    TransientError,
)
from shared.health.state import LONGEST_SILENCE_SECONDS, Health
from shared.retry import Backoff
from tests.builders import a_box

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class AMailbox:
    """A source whose rounds do what a test wants; it stops the feed when it has no more."""

    kind = MailOrigin.IMAP

    def __init__(self, *rounds: Callable[[], Sequence[SourceMail]]) -> None:
        self.rounds = list(rounds)
        self.stopped = threading.Event()
        self.waits: list[float] = []
        self.closed = 0

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        doing = self.rounds.pop(0)
        if not self.rounds:
            self.stopped.set()
        if batch := doing():
            yield batch

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        raise AssertionError(mail)

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        pass

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        raise AssertionError(mails)

    def recorded(self, mail_ids: Iterable[UUID]) -> None:
        raise AssertionError(mail_ids)

    def set_aside(self, mail: SourceMail, note: FailedMailNote) -> None:
        raise AssertionError(mail, note)

    def report(self) -> SourceReport:
        return SourceReport()

    def wait(self, seconds: float, alarm: Alarm) -> None:
        assert alarm is self.stopped
        self.waits.append(seconds)

    def close(self) -> None:
        self.closed += 1


class ATaker:
    """A next stage that takes everything."""

    def publish(self, batch: Sequence[FetchedMail]) -> None:
        pass

    def flush(self) -> Receipt:
        return Receipt()


class ALease:
    """A lease that somebody else has at first."""

    def __init__(self, taken_for: int = 0) -> None:
        self.taken_for = taken_for

    def hold(self) -> None:
        if self.taken_for:
            self.taken_for -= 1
            raise HeldElsewhereError(said("somebody else reads"))

    def close(self) -> None:
        pass


def a_feed(mailbox: AMailbox, folder: Path, **more: object) -> Feed:
    """A feed at noon that waits a hundredth of a second after errors."""
    fetcher = Fetcher(
        "crm", "crm@firma.cz", mailbox, BackupStore(folder), ATaker(), lambda: NOON
    )  # fmt: skip
    given: dict[str, object] = {
        "lease": ALease(), "poll_seconds": 300.0, "rests_at": lambda _: False,
        "backoff": Backoff(0.01, 0.01), "refusals": Backoff(0.01, 0.01),
    }  # fmt: skip
    return Feed("box crm", fetcher, **(given | more))  # type: ignore[arg-type]


def _nothing() -> Sequence[SourceMail]:
    return ()


def _raises(error: Exception) -> Callable[[], Sequence[SourceMail]]:
    def doing() -> Sequence[SourceMail]:
        raise error

    return doing


def test_rounds_follow_each_other_until_it_is_stopped(tmp_path: Path) -> None:
    """I-3: after a round it waits for news, at most as long as the poll."""
    mailbox, told = AMailbox(lambda: [SourceMail("1", NOON, b"x")], _nothing), list[Fetched]()
    health = Health()

    a_feed(mailbox, tmp_path, after=told.append).run(health, mailbox.stopped)

    assert told == [Fetched(1), Fetched(0)]
    assert mailbox.waits == [300.0, 300.0]
    assert mailbox.closed == 1
    assert health.ready


def test_a_long_round_is_neither_silent_nor_waiting(tmp_path: Path) -> None:
    """INV-9: a full box takes many batches: after each one the feed is ready, and alive."""
    now = 0.0
    health = Health(lambda: now)
    seen: list[tuple[bool, bool]] = []

    class ALongRound(AMailbox):
        def batches(self) -> Iterator[Sequence[SourceMail]]:
            nonlocal now
            for number in range(3):
                yield [SourceMail(str(number), NOON, b"x")]
                seen.append((health.ready, health.alive))
                now += LONGEST_SILENCE_SECONDS - 1

    mailbox = ALongRound()
    feed = a_feed(mailbox, tmp_path)
    health.expect(feed.name)

    feed._round(health, mailbox.stopped)

    assert seen == [(True, True)] * 3


@pytest.mark.parametrize(
    "error",
    [
        TransientError(said("away")),
        CredentialsRefusedError(said("refused")),
        ConfigurationError([ConfigProblem("box crm", said("caFile is not mounted yet"))]),
    ],
)
def test_trouble_is_told_and_tried_again(tmp_path: Path, error: Exception) -> None:
    """F-59, F-61: the connection is given up, `/ready` says why, the next round begins anew."""
    health = Health()
    seen: list[str | None] = []

    def look() -> Sequence[SourceMail]:
        seen.append(health.parts()["box crm"])
        return ()

    mailbox = AMailbox(_raises(error), look)

    a_feed(mailbox, tmp_path).run(health, mailbox.stopped)

    assert seen == [str(error)]
    assert mailbox.closed == 2
    assert health.ready


def test_what_is_away_further_on_is_no_fault_of_the_box(tmp_path: Path) -> None:
    """INV-9: broker, database or disk is named in `/ready`, and works again with the next round."""
    health = Health()
    seen: list[dict[str, str | None]] = []
    told: list[tuple[FeedState, str]] = []

    def look() -> Sequence[SourceMail]:
        seen.append(health.parts())
        return ()

    mailbox = AMailbox(_nothing, _raises(AwayError(said("no broker"), "broker")), look)
    feed = a_feed(mailbox, tmp_path, tell=lambda state, why, _: told.append((state, why)))

    feed.run(health, mailbox.stopped)

    assert seen == [{"box crm": None, "broker": "no broker"}]
    assert health.ready
    assert told == [
        (FeedState.READING, ""),
        (FeedState.HELD_UP, "no broker"),
        (FeedState.READING, ""),
        (FeedState.STOPPED, ""),
    ]


def test_a_broker_that_refuses_us_ends_the_fetcher(tmp_path: Path) -> None:
    """O-6: after its password has changed, a service ends with 4 and starts with the new one."""
    mailbox = AMailbox(_raises(BrokerRefusedError(said("refused"))), _nothing)

    with pytest.raises(BrokerRefusedError) as raised:
        a_feed(mailbox, tmp_path).run(Health(), mailbox.stopped)

    assert raised.value.exit_code == 4


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CredentialsRefusedError(said("refused")), FeedState.LOGIN_REFUSED),
        (TransientError(said("away")), FeedState.UNREACHABLE),
        (TransientError(said("slowly"), retry_after_seconds=5), FeedState.THROTTLED),
        (ConfigurationError([ConfigProblem("box crm", said("no caFile"))]), FeedState.NEEDS_YOU),
        (WaitsForStartError(said("520 messages")), FeedState.NEEDS_YOU),
        (MemoryUnusableError(said("no space")), FeedState.HELD_UP),
        (AwayError(said("no disk"), "backup"), FeedState.HELD_UP),
        (HeldElsewhereError(said("another reads")), FeedState.STANDING_BY),
    ],
)
def test_each_kind_of_trouble_is_a_state(error: CRMServiceError, state: FeedState) -> None:
    """O-3, O-4: an alert for a refused login is another one than for a server that is away."""
    assert state_after(error) is state


class PassingTime(threading.Event):
    """Every wait lets all of its time pass at once, and looks at the service meanwhile."""

    def __init__(self, health: Health, now: list[float]) -> None:
        super().__init__()
        self.seen: list[tuple[bool, bool]] = []
        self._health = health
        self._now = now

    def wait(self, timeout: float | None = None) -> bool:
        self._now[0] += timeout or 0.0
        self.seen.append((self._health.alive, self._health.ready))
        return True


@pytest.mark.parametrize(
    "error",
    [
        TransientError(said("throttled"), retry_after_seconds=3600),
        CredentialsRefusedError(said("refused")),
    ],
)
def test_a_wait_is_no_death(tmp_path: Path, error: Exception) -> None:
    """INV-9, F-57, F-61: while a box waits on purpose `/healthz` is good, `/ready` says why."""
    now = [0.0]
    health = Health(lambda: now[0])
    stopped = PassingTime(health, now)
    feed = a_feed(AMailbox(_raises(error)), tmp_path, refusals=Backoff(1170.0, 1170.0))
    health.expect(feed.name)
    health.beat(feed.name)

    feed._round(health, stopped)

    assert now[0] > LONGEST_SILENCE_SECONDS
    assert stopped.seen == [(True, False)]
    assert health.parts()[feed.name] == str(error)


def test_a_long_poll_is_no_death(tmp_path: Path) -> None:
    """INV-9, I-3: with pollSeconds of two hours the service is alive and ready all the while."""
    now = [0.0]
    health = Health(lambda: now[0])
    stopped = PassingTime(health, now)

    class Polled(AMailbox):
        def wait(self, seconds: float, alarm: Alarm) -> None:
            alarm.wait(seconds)

    feed = a_feed(Polled(_nothing), tmp_path, poll_seconds=7200.0)
    health.beat(feed.name)
    feed._round(health, stopped)

    assert now[0] == 7200
    assert stopped.seen == [(True, True)]


def test_whoever_hangs_is_dead_after_the_wait(tmp_path: Path) -> None:
    """F-27: a wait that does not end is found ten minutes after its time."""
    now = [0.0]
    health = Health(lambda: now[0])
    mailbox = AMailbox(_nothing)

    a_feed(mailbox, tmp_path, poll_seconds=7200.0)._round(health, mailbox.stopped)

    now[0] = 7200 + LONGEST_SILENCE_SECONDS - 1
    assert health.alive
    now[0] += 2
    assert not health.alive


def test_a_refused_login_is_not_tried_in_a_hot_loop() -> None:
    """F-61: a server locks accounts that keep knocking: minutes, not seconds."""
    backoff = after_refusal()

    pauses = [backoff.seconds() for _ in range(6)]

    assert min(pauses) > 40
    assert max(pauses) < 900 * 1.31


def test_a_second_fetcher_stands_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-75: while somebody else reads it is ready and touches nothing; then it takes over."""
    monkeypatch.setattr("services.fetcher.feed._STANDBY_SECONDS", 0.01)
    health = Health()
    mailbox = AMailbox(_nothing)

    seen: list[tuple[FeedState, list[str]]] = []

    def told(state: FeedState, *_: object) -> None:
        seen.append((state, health.standing_by()))

    a_feed(mailbox, tmp_path, lease=ALease(taken_for=3), tell=told).run(health, mailbox.stopped)

    assert health.ready
    assert mailbox.rounds == []
    assert seen[:3] == [(FeedState.STANDING_BY, ["box crm"])] * 3
    assert seen[3] == (FeedState.READING, [])


@pytest.mark.parametrize(
    ("taken_for", "last"), [(9, FeedState.STANDING_BY), (1, FeedState.STOPPED)]
)
def test_whoever_stood_by_does_not_say_that_the_reader_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_for: int, last: FeedState
) -> None:
    """O-4, F-75: the other process goes on reading; only who has read says that he ended."""
    monkeypatch.setattr("services.fetcher.feed._STANDBY_SECONDS", 0.01)
    mailbox, seen = AMailbox(_nothing, _nothing), list[FeedState]()

    def told(state: FeedState, *_: object) -> None:
        seen.append(state)
        if len(seen) == 3:
            mailbox.stopped.set()

    a_feed(mailbox, tmp_path, lease=ALease(taken_for), tell=told).run(Health(), mailbox.stopped)

    assert seen[0] == FeedState.STANDING_BY
    assert seen[-1] == last


def test_inside_the_pause_nothing_is_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-4: the source is let go of, and no round begins."""
    monkeypatch.setattr("services.fetcher.feed._RESTING_SECONDS", 0.01)
    mailbox = AMailbox(_nothing)
    asked = iter([True, True, False, False])

    a_feed(mailbox, tmp_path, rests_at=lambda _: next(asked, False)).run(Health(), mailbox.stopped)

    assert mailbox.closed >= 2
    assert mailbox.rounds == []


@pytest.mark.parametrize(
    ("pause_at", "waits"),
    [
        (NOON + timedelta(minutes=2), 120.0),
        (NOON + timedelta(minutes=4, seconds=59), 300.0),
        (NOON + timedelta(hours=1), 300.0),
    ],
)
def test_it_never_waits_into_the_pause(tmp_path: Path, pause_at: datetime, waits: float) -> None:
    """I-4: waiting for news is a connection, too: it ends where the pause begins."""
    mailbox = AMailbox(_nothing)

    a_feed(mailbox, tmp_path, rests_at=lambda moment: moment >= pause_at).run(
        Health(), mailbox.stopped
    )

    assert mailbox.waits == [waits]


@pytest.mark.parametrize(("hour", "rounds_left"), [(22, 0), (23, 1), (0, 1), (1, 0)])
def test_a_pause_may_cross_midnight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hour: int, rounds_left: int
) -> None:
    """F-63: from 23:00 to 01:00 of the box's own zone there is no connection."""
    monkeypatch.setattr("services.fetcher.feed._RESTING_SECONDS", 0.01)
    box = a_box(stop_from=time(23), stop_to=time(1), time_zone=ZoneInfo("Europe/Prague"))
    local = datetime(2026, 11, 21, hour, 30, tzinfo=box.time_zone)
    mailbox = AMailbox(_nothing)
    feed = a_feed(mailbox, tmp_path, rests_at=box.paused_at)
    feed.fetcher = replace(feed.fetcher, clock=lambda: local)
    threading.Timer(0.2, mailbox.stopped.set).start()

    feed.run(Health(), mailbox.stopped)

    assert len(mailbox.rounds) == rounds_left


def test_one_process_at_a_time_has_a_lease(tmp_path: Path) -> None:
    """F-75: a lock on a file; it goes with its holder, and another label has another lock."""
    first, second = FileLease(tmp_path, "sales"), FileLease(tmp_path, "sales")
    first.hold()
    first.hold()
    with pytest.raises(HeldElsewhereError, match="sales"):
        second.hold()
    other = FileLease(tmp_path, "sales emlDir")
    other.hold()

    first.close()
    second.hold()

    second.close()
    other.close()
