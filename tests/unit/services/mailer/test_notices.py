"""Notices of errors: few, counted, by either way (I-9, M-5, H-24)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from services.assembly.notice_rows import notice_rows
from services.assembly.noticing import NoticePost
from services.mailer.compose import Composed, SendsAs
from services.mailer.notices import MissedParts, Notice, NoticeBook
from services.mailer.outbox_rows import OutboxRows
from services.mailer.outlet import MailOutlet
from services.mailer.rendering import Templates
from services.mailer.send import Mailer
from shared.contracts.said import said
from shared.errors import TransientError
from shared.netgenium.database.engine import open_database
from shared.netgenium.own import outbox
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.outbox import Posted
from shared.netgenium.own.tables import outbox_table
from tests.builders import OWN_MAIL as OWN
from tests.builders import a_mail, decide

BEGIN = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)


class _World:
    """A clock, a server, and the notices that were posted."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.posted: list[Notice] = []
        self.sent: list[Composed] = []
        self.works = True

    def post(self, notice: Notice) -> bool:
        if self.works:
            self.posted.append(notice)
        return self.works

    @contextmanager
    def connect(self) -> Iterator["_World"]:
        if not self.works:
            raise TransientError(said("the mail server cannot be reached"))
        yield self

    def send(self, mail: Composed) -> None:
        self.sent.append(mail)

    def book(self) -> NoticeBook:
        return NoticeBook("writer", self.post, lambda: self.now)

    def direct(self, data: Path, engine: Engine | None = None) -> NoticePost:
        outlet = MailOutlet("crm", SendsAs("crm@firma.cz"), Templates("en"), 200, self.connect)
        rows = notice_rows(engine) if engine else None
        return NoticePost("eva@firma.cz", outlet, OWN, data, rows)


@pytest.fixture
def world() -> _World:
    """Everything works."""
    return _World()


def _notice(at: datetime = BEGIN, kind: str = "database") -> Notice:
    return Notice("writer", kind, "The database is unreachable", 3, at)


def test_there_is_one_notice_an_hour_of_a_kind_with_a_count(world: _World) -> None:
    """I-9: what happens within the hour is told after it, together."""
    book = world.book()
    for _ in range(5):
        book.tell("database", "away")
    book.tell("broker", "away")
    world.now += timedelta(minutes=59)
    book.catch_up()
    assert [(one.kind, one.count) for one in world.posted] == [("database", 1), ("broker", 1)]

    world.now += timedelta(minutes=1)
    book.catch_up()
    book.catch_up()

    assert [(one.kind, one.count) for one in world.posted[2:]] == [("database", 4)]


def test_a_clock_that_is_set_back_silences_nobody(world: _World) -> None:
    """F-71, I-9: what happens after it is told, as if an hour had passed."""
    book = world.book()
    missed = MissedParts(book, (lambda: {"broker": "away"},))
    book.tell("database", "away")
    missed.look()
    world.now -= timedelta(days=1)
    book.tell("database", "away")
    missed.look()

    assert [one.kind for one in world.posted] == ["database", "database", "broker"]


def test_a_notice_that_cannot_be_sent_is_not_forgotten(world: _World) -> None:
    """M-5: it is sent when that is possible, and once."""
    book = world.book()
    world.works = False
    book.tell("database", "away")
    world.works = True
    book.catch_up()
    book.catch_up()

    assert [(one.kind, one.count) for one in world.posted] == [("database", 1)]


def test_a_part_that_is_missed_for_a_moment_is_told_to_nobody(world: _World) -> None:
    """I-9: two minutes; each time counts once, however long it lasts."""
    parts: dict[str, str | None] = {"broker": "away", "database": None}
    missed = MissedParts(world.book(), [dict, lambda: parts])
    missed.look()
    world.now += timedelta(seconds=119)
    missed.look()
    assert world.posted == []

    for _ in range(200):
        world.now += timedelta(minutes=1)
        missed.look()
    assert [(one.kind, one.count) for one in world.posted] == [("broker", 1)]

    parts["broker"] = None
    missed.look()
    parts["broker"] = "away again"
    missed.look()
    world.now += timedelta(minutes=2)
    missed.look()
    assert [one.reason for one in world.posted] == ["away", "away again"]


def test_a_process_without_a_database_sends_directly_and_once(
    world: _World, tmp_path: Path
) -> None:
    """M-5: also where it is started again within the hour; another hour is another notice."""
    for at in (BEGIN, BEGIN, BEGIN + timedelta(hours=1)):
        assert world.direct(tmp_path).send(_notice(at))

    assert len({mail.message_id for mail in world.sent}) == len(world.sent) == 2
    assert len(list((tmp_path / "notices").iterdir())) == 1
    assert world.direct(tmp_path).send(_notice(kind="broker"))
    assert len(world.sent) == 3


def test_a_notice_goes_into_the_outbox_once_whoever_makes_it(world: _World, tmp_path: Path) -> None:
    """M-5: and directly, under the Message-ID that it would have there, without a database."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    post = world.direct(tmp_path, engine)
    assert post.send(_notice())
    (direct,) = world.sent

    migrate(engine)
    assert post.send(_notice())
    assert post.send(_notice())

    with engine.connect() as connection:
        (row,) = connection.execute(select(outbox_table)).all()
    engine.dispose()
    assert (row.cause_kind, row.template, row.outbox_id) == (
        "notice",
        "notice",
        _notice().outbox_id,
    )
    assert direct.message_id == OWN.message_id(row.outbox_id, "firma.cz")
    assert len(world.sent) == 1


def test_a_notice_that_two_processes_write_at_once_is_not_sent_directly_too(
    world: _World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-5: the second one finds that its row is there, which is no database that is away."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(engine)
    assert world.direct(tmp_path, engine).send(_notice())
    look, blind = outbox.not_written, [True]

    def first_sees_nothing(connection: Connection, posted: Sequence[Posted]) -> list[Posted]:
        return list(posted) if blind and blind.pop() else look(connection, posted)

    monkeypatch.setattr(outbox, "not_written", first_sees_nothing)

    assert world.direct(tmp_path, engine).send(_notice())

    engine.dispose()
    assert world.sent == []


@pytest.mark.parametrize("way", ["directly", "by the outbox"])
def test_a_notice_is_written_in_the_language_of_the_box(
    world: _World, tmp_path: Path, way: str
) -> None:
    """I-9, M-4: with its reason, whichever way it goes."""
    notice = Notice("mailer", "task", said("no task has number {number}", number="77"), 1, BEGIN)
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    outlet = MailOutlet("crm", SendsAs("crm@firma.cz"), Templates("cs"), 200, world.connect)
    if way == "directly":
        assert NoticePost("eva@firma.cz", outlet, OWN, tmp_path).send(notice)
    else:
        migrate(engine)
        assert NoticePost("eva@firma.cz", outlet, OWN, tmp_path, notice_rows(engine)).send(notice)
        Mailer(OutboxRows(engine), OWN, lambda _: b"", lambda: BEGIN).round(outlet)

    engine.dispose()
    (mail,) = world.sent
    text = message_from_bytes(mail.data, policy=default).get_body(("plain",))
    assert text is not None
    assert "žádný úkol nemá číslo 77" in text.get_content()


def test_a_server_that_is_unreachable_too_is_no_crash(world: _World, tmp_path: Path) -> None:
    """M-5: whoever posts the notice tries again."""
    world.works = False

    assert not world.direct(tmp_path).send(_notice())
    assert not (tmp_path / "notices").exists()


def test_a_notice_that_comes_back_stops_as_our_own(world: _World, tmp_path: Path) -> None:
    """H-24: the pipeline recognises it, and not what only looks like it."""
    world.direct(tmp_path).send(_notice())
    (notice,) = world.sent
    forged = notice.data.replace(b"Message-ID: <", b"Message-ID: <0")

    assert notice.envelope_from == ""
    assert decide(a_mail(notice.data)).words == ("LOOP", "DELETED")
    assert "LOOP" not in decide(a_mail(forged)).words


def test_the_counts_of_the_outbox_begin_with_nothing(tmp_path: Path) -> None:
    """M-2: a state that no mail has is told, too."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(engine)

    assert OutboxRows(engine).counts() == {"waiting": 0, "failed": 0}
    engine.dispose()
