"""From the outbox to the server: once, in time, never in two hands (M-1, M-2, M-6)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from services.assembly import mailer_service
from services.assembly.mailer_service import MailerLoop, Sending
from services.mailer.compose import Composed, SendsAs
from services.mailer.outbox_rows import IN_HAND, OutboxRows, SettledMail
from services.mailer.outlet import MailOutlet
from services.mailer.rendering import Templates
from services.mailer.send import PATIENCE, Mailer
from services.mailer.smtp import MailPostponedError, MailRefusedError
from shared.backup.store import MissingBackupError
from shared.contracts.cause import Cause
from shared.contracts.said import said
from shared.domain.own_mail import OwnMail
from shared.errors import AwayError, PermanentError, TransientError
from shared.health.state import Health
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox
from shared.netgenium.own.tables import outbox_table
from tests.databases import our_tables
from tests.servers.sqlite import sqlite_file

BEGIN = datetime(2026, 11, 30, 9, tzinfo=UTC)
OWN = OwnMail(SecretStr("secret"))


@dataclass
class _Server:
    """A server in memory: `errors` come first, by recipient or for the next mail or connection."""

    got: list[Composed] = field(default_factory=list)
    refusals: dict[str, Exception] = field(default_factory=dict)
    unreachable: bool = False
    lose_after: list[str] = field(default_factory=list)
    connections: int = 0

    @contextmanager
    def connect(self) -> Iterator["_Server"]:
        self.connections += 1
        if self.unreachable:
            raise TransientError(said("the mail server cannot be reached"))
        yield self

    def send(self, mail: Composed) -> None:
        if error := self.refusals.get(mail.recipient):
            raise error
        self.got.append(mail)
        if mail.recipient in self.lose_after:
            self.lose_after.remove(mail.recipient)
            raise TransientError(said("the connection was lost"))

    @property
    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.got]


class _Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def on(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@dataclass
class _Post:
    """A mailer with all that is around it."""

    engine: Engine
    clock: _Clock = field(default_factory=_Clock)
    server: _Server = field(default_factory=_Server)
    reports: list[tuple[str, str]] = field(default_factory=list)
    originals: dict[str, bytes | Exception | None] = field(default_factory=dict)
    supports: dict[str, str] = field(default_factory=dict)
    per_hour: int = 200
    templates: Path | None = None

    def __post_init__(self) -> None:
        self.mailer = self.another()

    def another(self) -> Mailer:
        return Mailer(
            OutboxRows(self.engine),
            OWN,
            self.original,
            self.clock,
            lambda *told: self.reports.append(told),
            self.supports,
        )

    def original(self, key: str) -> bytes | None:
        found = self.originals[key]
        if isinstance(found, Exception):
            raise found
        return found

    def outlet(self, *, server: bool = True) -> MailOutlet:
        templates = Templates("cs", self.templates)
        connect = self.server.connect if server else None
        return MailOutlet("crm", SendsAs("crm@firma.cz"), templates, self.per_hour, connect)

    def round(self, mailer: Mailer | None = None) -> None:
        """A round; what is unreachable is told by the rows."""
        try:
            (mailer or self.mailer).round(self.outlet())
        except TransientError:
            return

    def post(self, *recipients: str, template: str = "forward", **more: Any) -> None:
        mails = [
            Outgoing(f"{template} {to}", "crm", to, template, {"reason": "why"}, **more)
            for to in recipients
        ]
        cause = Cause.named("comment", "7")
        with write_transaction(self.engine) as connection:
            write_outbox(connection, [Posted(cause, mail) for mail in mails], self.clock())

    def rows(self) -> dict[str, Any]:
        with self.engine.connect() as connection:
            return {row.recipient: row for row in connection.execute(select(outbox_table))}

    def states(self) -> dict[str, str]:
        return {to: row.state for to, row in self.rows().items()}


@pytest.fixture
def post(tmp_path: Path) -> Iterator[_Post]:
    """An empty outbox."""
    engine = open_database(sqlite_file(tmp_path / "a.db", our_tables))
    yield _Post(engine)
    engine.dispose()


def _away(*_: Any) -> NoReturn:
    raise TransientError(said("The database is unreachable"))


EVA, JAN, IVO = "eva@firma.cz", "jan@firma.cz", "ivo@firma.cz"
SUPPORT = "support@firma.cz"
KEY = "POP3Downloads/a.eml"


def test_what_waits_is_sent_once(post: _Post) -> None:
    """M-1: and its row says under which Message-ID; an idle round connects to nobody."""
    post.post(EVA, JAN)

    post.round()
    post.round()

    assert sorted(post.server.recipients) == [EVA, JAN]
    assert post.server.connections == 1
    row = post.rows()[EVA]
    assert (row.state, row.sent_at, row.last_error) == ("sent", BEGIN, None)
    assert row.message_id in {mail.message_id for mail in post.server.got}
    assert OWN.is_ours(row.message_id, ())


def test_a_mailer_that_died_with_a_mail_in_hand_is_followed_by_another(post: _Post) -> None:
    """M-1: a crash between commit and sending loses nothing."""
    post.post(EVA)
    post.mailer.rows.take("crm", 200, post.clock())

    post.round(post.another())
    assert post.server.got == []
    post.clock.now += IN_HAND
    post.round(post.another())

    assert post.states() == {EVA: "sent"}


def test_two_mailers_never_have_the_same_mail(post: _Post) -> None:
    """M-1: what one has in hand is not due for the other."""
    post.post(EVA, JAN)
    rows = post.mailer.rows

    first = rows.take("crm", 200, post.clock())
    second = rows.take("crm", 200, post.clock())

    assert (len(first.mails), len(second.mails)) == (2, 0)


def test_an_unknown_outcome_is_sent_again_under_the_same_message_id(post: _Post) -> None:
    """M-2: the server may have it; others are not held up by it."""
    post.post(EVA, JAN, IVO)
    post.server.lose_after = [EVA]

    for _ in range(3):
        post.round()
    assert sorted(post.server.recipients) == sorted([EVA, JAN, IVO])
    post.clock.on(minutes=5)
    post.round()

    first, again = (mail.message_id for mail in post.server.got if mail.recipient == EVA)
    assert first == again
    assert set(post.states().values()) == {"sent"}


def test_a_refused_recipient_fails_alone_and_is_told_once(post: _Post) -> None:
    """M-2: 5xx is for good; the report names the mail, not what it says."""
    post.post(EVA, JAN)
    post.server.refusals[EVA] = MailRefusedError(said("550 no such user"))

    post.round()
    post.clock.on(days=3)
    post.round()

    assert post.states() == {EVA: "failed", JAN: "sent"}
    ((kind, reason),) = post.reports
    assert (kind, str(post.rows()[EVA].outbox_id) in reason) == ("mail failed", True)


def test_a_mail_that_is_put_off_is_tried_in_growing_steps_for_two_days(post: _Post) -> None:
    """M-2: 4xx; each wait is at least as long as the one before."""
    post.post(EVA)
    post.server.refusals[EVA] = MailPostponedError(said("450 try later"))
    waits = []

    while post.states() == {EVA: "waiting"}:
        post.round()
        due = post.rows()[EVA].next_try_at or post.clock.now
        waits.append((due - post.clock.now).total_seconds())
        post.clock.now = due

    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == 300
    assert PATIENCE <= post.clock.now - BEGIN < PATIENCE + timedelta(hours=4)
    assert post.states() == {EVA: "failed"}
    assert len(post.reports) == 1


def test_a_server_that_is_unreachable_for_days_costs_no_mail(post: _Post) -> None:
    """M-2: no try counts until a server has had its say; greylisting afterwards is no failure."""
    post.post(EVA, JAN)
    post.server.unreachable = True
    for _ in range(72):
        post.round()
        post.clock.on(hours=1)
    assert {row.tries for row in post.rows().values()} == {0}

    post.server.unreachable = False
    post.server.refusals[EVA] = MailPostponedError(said("450 greylisted"))
    post.round()
    assert post.states() == {EVA: "waiting", JAN: "sent"}
    post.server.refusals.clear()
    post.clock.on(minutes=5)
    post.round()

    assert post.states() == {EVA: "sent", JAN: "sent"}


def test_without_a_server_mail_waits(post: _Post) -> None:
    """M-1: nothing is tried, nothing fails."""
    post.post(EVA)

    assert post.mailer.round(post.outlet(server=False)) == 0
    assert (post.states(), post.rows()[EVA].tries) == ({EVA: "waiting"}, 0)


def test_a_database_that_is_away_after_sending_makes_no_second_mail(
    post: _Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-2: what the server has taken is written down first when the database is back."""
    post.post(EVA)
    with monkeypatch.context() as patch:
        patch.setattr(OutboxRows, "settle", _away)
        post.round()
    assert post.states() == {EVA: "waiting"}
    post.clock.now += IN_HAND
    post.round()

    assert post.states() == {EVA: "sent"}
    assert post.server.recipients == [EVA]


def test_a_mailer_that_ends_writes_down_what_it_knows(
    post: _Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-2: the database was unreachable when the server took the mail, and the mailer is stopped.

    Else the next one would send it again.
    """
    post.post(EVA)
    with monkeypatch.context() as patch:
        patch.setattr(OutboxRows, "settle", _away)
        post.round()
    stopped = threading.Event()
    stopped.set()

    MailerLoop(post.mailer, [post.outlet()], Health(), stopped, post.clock).run()

    assert post.states() == {EVA: "sent"}


def test_a_clock_that_is_set_back_does_not_stop_the_mailer(post: _Post) -> None:
    """F-71, M-1: neither a server that rests after a trouble, nor what is to be told."""
    posted: list[datetime] = []

    def tell(now: datetime) -> int:
        posted.append(now)
        return 1

    loop = MailerLoop(post.mailer, [], Health(), threading.Event(), post.clock, [tell])
    sending = Sending(post.outlet(), "mail server of crm")
    post.server.unreachable = True
    post.post(EVA)
    loop.one(sending)
    loop.post()
    post.server.unreachable = False
    post.clock.on(days=-1)
    with write_transaction(post.engine) as connection:
        connection.execute(outbox_table.update().values(next_try_at=post.clock()))

    loop.one(sending)
    loop.post()

    assert post.states() == {EVA: "sent"}
    assert len(posted) == 2


class _Rounds(threading.Event):
    """Lets a loop go round for an hour, one round every five seconds."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.on(seconds=timeout or 0)
        if self._clock.now - BEGIN >= timedelta(hours=1):
            self.set()
        return self.is_set()


def test_a_database_that_is_unreachable_for_an_hour_fills_no_log(
    post: _Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-40: the mailer tells of it about once a minute, and blames no mail server."""
    parts: list[str] = []
    log = SimpleNamespace(warning=lambda _event, **more: parts.append(more["part"]))
    monkeypatch.setattr(mailer_service, "_log", log)
    for name in ("take", "counts"):
        monkeypatch.setattr(OutboxRows, name, _away)

    health, stopped = Health(), _Rounds(post.clock)
    MailerLoop(
        post.mailer, [post.outlet()], health, stopped, post.clock, [_away], probe=_away
    ).run()

    assert set(parts) == {"database"}
    assert len(parts) < 240
    assert health.parts() == {"mail server of crm": "not tried yet"}


def test_above_the_rate_mail_waits_and_an_alarm_is_raised(post: _Post) -> None:
    """M-6: a loop is braked; a notice is sent nevertheless, and an hour later mail goes on."""
    post.per_hour = 3
    post.post(*(f"a{number}@firma.cz" for number in range(5)))
    post.round()
    post.post(EVA, template="notice")
    post.round()

    assert len(post.server.got) == 4
    assert EVA in post.server.recipients
    assert {kind for kind, _ in post.reports} == {"mails per hour"}
    post.clock.on(hours=1)
    post.round()
    assert len(post.server.got) == 6


def test_a_refused_notice_makes_no_notice(post: _Post) -> None:
    """H-24: else each would cause the next."""
    post.post(EVA, template="notice")
    post.server.refusals[EVA] = MailRefusedError(said("550 no"))

    post.round()

    assert (post.states(), post.reports) == ({EVA: "failed"}, [])


def test_a_mail_that_was_refused_goes_to_the_support_once(post: _Post) -> None:
    """M-2, E-3: with why and what it had attached, whoever retries it; it goes out itself, too."""
    post.supports["crm"], post.originals[KEY] = SUPPORT, b"Subject: x\r\n\r\n"
    post.post(EVA, attachments=[KEY])
    post.server.refusals[EVA] = MailRefusedError(said("550 no such user"))
    for _ in range(2):
        post.round()
        with write_transaction(post.engine) as connection:
            again = outbox_table.update().where(outbox_table.c.recipient == EVA)
            connection.execute(again.values(state="waiting", next_try_at=post.clock()))
    post.round()

    (mail,) = post.server.got
    assert (mail.recipient, mail.envelope_from) == (SUPPORT, "")
    assert b"message/rfc822" in mail.data
    text = message_from_bytes(mail.data, policy=default).get_body(("plain",))
    assert text is not None
    assert f"e-mail pro {EVA} nebyl doručen: 550 no such user" in text.get_content()


@pytest.mark.parametrize(
    ("to", "template"), [(SUPPORT, "forward"), (EVA, "notice"), (EVA, "undelivered")]
)
def test_what_tells_of_trouble_makes_no_more_of_it(post: _Post, to: str, template: str) -> None:
    """H-24, E-3: a refused mail to the support, a notice, or a mail that tells of a refusal."""
    post.supports["crm"] = SUPPORT
    post.post(to, template=template)
    post.server.refusals[to] = MailRefusedError(said("550 no"))

    post.round()

    assert post.states() == {to: "failed"}


def test_a_broken_template_holds_up_its_own_mail_only(post: _Post, tmp_path: Path) -> None:
    """M-4: the mail waits until the template is corrected."""
    (tmp_path / "cs").mkdir()
    broken = tmp_path / "cs" / "forward.txt"
    broken.write_text("s\n{% if %}", "utf-8")
    post.templates = tmp_path
    post.post(EVA)
    post.post(JAN, template="ticket")

    post.round()
    assert post.states() == {EVA: "waiting", JAN: "sent"}
    assert "cs/forward.txt, line 2" in post.rows()[EVA].last_error
    broken.unlink()
    post.clock.on(minutes=5)
    post.round()

    assert post.states() == {EVA: "sent", JAN: "sent"}


def test_what_is_no_address_fails_at_once(post: _Post) -> None:
    """M-3: no server is asked about it."""
    post.post("eva@firma.cz, eve@evil.example")

    post.round()

    assert (set(post.states().values()), post.server.got) == ({"failed"}, [])


@pytest.mark.parametrize("fits", [True, False])
def test_an_original_that_is_too_large_is_left_out_and_said(post: _Post, *, fits: bool) -> None:
    """M-1: the mail goes out all the same."""
    post.originals[KEY] = b"A: b\r\n\r\nx\r\n" if fits else None
    post.post(EVA, attachments=[KEY])

    post.round()

    (mail,) = post.server.got
    assert (b"message/rfc822" in mail.data) == fits
    text = message_from_bytes(mail.data, policy=default).get_body(("plain",))
    assert text is not None
    assert ("příliš velk" in text.get_content()) != fits


@pytest.mark.parametrize(
    "gone", [MissingBackupError(said("The backup a is missing")), PermanentError(said("no backup"))]
)
def test_a_mail_whose_original_is_gone_fails_at_once_and_is_told(
    post: _Post, gone: Exception
) -> None:
    """M-2, E-3: not tried for ever; what tells the support of it goes out without the original."""
    post.supports["crm"], post.originals[KEY] = SUPPORT, gone
    post.post(EVA, attachments=[KEY])
    post.round()
    post.round()

    assert post.states() == {EVA: "failed", SUPPORT: "sent"}
    (kind, told), row = post.reports[0], post.rows()[EVA]
    assert kind == "mail failed"
    assert f"{gone}; put it back, then crmservice mail retry {row.outbox_id}" in told
    assert str(gone) in row.last_error


@pytest.mark.parametrize(
    ("trouble", "ends"),
    [
        (TransientError(said("Cannot read the backup a: Input/output error")), "failed"),
        (AwayError(said("Cannot look into POP3Downloads"), "backup"), "waiting"),
    ],
)
def test_an_original_that_cannot_be_read_is_tried_for_two_days(
    post: _Post, trouble: Exception, ends: str
) -> None:
    """M-2: a disk that is unreachable as a whole is waited for."""
    post.originals[KEY] = trouble
    post.post(EVA, attachments=[KEY])

    for _ in range(20):
        post.round()
        post.clock.on(hours=4)

    assert post.states() == {EVA: ends}


def test_what_a_person_decided_meanwhile_stays(post: _Post) -> None:
    """M-2: a dropped mail is not revived by a mailer that had it in hand."""
    post.post(EVA)
    (mail,) = post.mailer.rows.take("crm", 200, post.clock()).mails
    with write_transaction(post.engine) as connection:
        connection.execute(outbox_table.update().values(state="failed"))

    post.mailer.rows.settle(mail, SettledMail({"state": "sent"}), BEGIN)

    assert post.states() == {EVA: "failed"}
