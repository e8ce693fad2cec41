"""The mailer as a service, beside the mail in `run`, and once (behaviours M-1, M-2)."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from services.assembly.beside import doing
from services.assembly.commenting import comments_of, failed_mail_of, supports_of
from services.assembly.composition import Erp, open_erp
from services.assembly.mailing import clock_of, outlet_of, sends_mail, signer_of
from services.assembly.notice_rows import notice_rows
from services.assembly.noticing import notice_look, notices_of
from services.assembly.services import running
from services.assembly.watch import data_look, database_look, looking
from services.mailer.compose import MOST_ORIGINAL_BYTES
from services.mailer.dead_letter_notices import DeadLetterNotices
from services.mailer.notices import NoticeBook
from services.mailer.outbox_rows import OutboxRows
from services.mailer.outlet import MailOutlet
from services.mailer.send import OUTCOMES, Mailer
from shared import mailer_metrics
from shared.backup.store import BackupStore
from shared.contracts.said import Said, said
from shared.elapsed import is_within
from shared.errors import (
    CredentialsRefusedError,
    CRMServiceError,
    PermanentError,
    TransientError,
)
from shared.health.state import Health
from shared.log import Logger
from shared.netgenium.database.probe import answers
from shared.netgenium.own.tables import outbox_table
from shared.retry import Backoff
from shared.runner import Probe, ask
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.worker import DATABASE

EVERY_SECONDS = 5.0
"""Between two looks into the outbox."""

POSTS_SECONDS = 30.0
"""Between two looks for comments of the ERP, which are mailed within a minute (E-2)."""

Post = Callable[[datetime], int]
"""Puts into the outbox what is to be told."""

_POSTS = timedelta(seconds=POSTS_SECONDS)

_log = Logger()


@dataclass(slots=True)
class Sending:
    """One box's mail, and for how long its server rests after a trouble."""

    outlet: MailOutlet
    part: str
    paused_at: datetime | None = None
    pause: timedelta = timedelta(0)
    backoff: Backoff = field(default_factory=Backoff)
    refusals: Backoff = field(default_factory=lambda: Backoff(60.0, 900.0))


@dataclass(slots=True)
class MailerLoop:
    """Sends mail until it is told to stop.

    Attributes:
        mailer: Sends what is due.
        outlets: Where each box's mail goes out.
        health: Is told.
        stopped: Ends it.
        now: The time.
        posts: Put into the outbox what no mail of ours has caused: comments, failed mail.
        probe: Returns if the database can be used: what fails otherwise is not its fault.
    """

    mailer: Mailer
    outlets: Sequence[MailOutlet]
    health: Health
    stopped: threading.Event
    now: Callable[[], datetime]
    posts: Sequence[Post] = ()
    probe: Probe = lambda: None
    _posted_at: datetime | None = field(default=None, init=False)

    def run(self) -> None:
        """Send until stopped; what is unreachable or refused is waited for."""
        mailer_metrics.expect_mailer(OUTCOMES)
        sendings = [Sending(each, f"mail server of {each.box}") for each in self.outlets]
        for sending in sendings:
            if sending.outlet.connect:
                self.health.expect(sending.part)
        while not self.stopped.is_set():
            self.health.beat("mailer", EVERY_SECONDS)
            self.post()
            for sending in sendings:
                self.one(sending)
            self._count()
            self.stopped.wait(EVERY_SECONDS)
        with suppress(TransientError):
            self.mailer.finish()

    def post(self) -> None:
        """Put into the outbox what is to be told, every half a minute."""
        now = self.now()
        if self._posted_at is not None and is_within(_POSTS, self._posted_at, now):
            return
        self._posted_at = now
        for post in self.posts:
            try:
                post(now)
            except (PermanentError, TransientError) as error:
                _log.warning("waiting", part=self._part("comments"), reason=str(error))

    def one(self, sending: Sending) -> None:
        """Send what is due of one box, unless its server rests."""
        if sending.paused_at and is_within(sending.pause, sending.paused_at, self.now()):
            return
        try:
            while not self.stopped.is_set() and self.mailer.round(sending.outlet):
                self.health.beat("mailer", EVERY_SECONDS)
        except (CredentialsRefusedError, PermanentError) as error:
            # A table or a right that is missing comes with the next init-db.
            self._pause(sending, error, sending.refusals.seconds())
        except TransientError as error:
            self._pause(sending, error, sending.backoff.seconds(error.retry_after_seconds))
        else:
            self._works(sending)

    def _works(self, sending: Sending) -> None:
        sending.paused_at = None
        sending.backoff.succeeded()
        sending.refusals.succeeded()
        if sending.outlet.connect:
            self.health.works(sending.part)

    def _pause(self, sending: Sending, error: Exception, seconds: float) -> None:
        part = self._part(sending.part)
        _log.warning("waiting", part=part, reason=str(error), seconds=round(seconds, 1))
        if part == sending.part:
            self.health.waiting(part, str(error))
        sending.paused_at, sending.pause = self.now(), timedelta(seconds=seconds)

    def _part(self, asked: str) -> str:
        """Return what is in trouble: the database, of which a look of its own tells, or `asked`."""
        try:
            ask(self.probe)
        except CRMServiceError:
            return DATABASE
        return asked

    def _count(self) -> None:
        # What is wrong with the database is told where mail is taken, with growing pauses.
        with suppress(PermanentError, TransientError):
            held = sum(self.mailer.held.values())
            mailer_metrics.outbox(self.mailer.rows.counts() | {"held": held})


def run_mailer(boxes: Sequence[Box], environment: Environment) -> None:
    """Send the mail of the outbox as a service.

    Raises:
        ConfigurationError: Settings, mapping, database or secret cannot work.
    """
    erp = open_erp(environment)
    probe = _probe(erp)
    book = notices_of("mailer", boxes, environment, notice_rows(erp.engine))
    with running(environment) as (health, stopped):
        loop = _loop(boxes, erp, environment, health, stopped, book)
        looks = [data_look(environment.data), database_look(probe, health)]
        with looking([*looks, notice_look(book, health)], stopped):
            loop.run()


@contextmanager
def mailer_beside(  # noqa: PLR0913, PLR0917 - all that the two have in common
    boxes: Sequence[Box],
    erp: Erp,
    environment: Environment,
    health: Health,
    stopped: threading.Event,
    book: NoticeBook,
) -> Iterator[None]:
    """Send mail in a thread of its own until `stopped`, if a box has a server for it."""
    if not sends_mail(boxes):
        yield
        return
    loop = _loop(boxes, erp, environment, health, stopped, book)
    with doing("mailer", [loop.run], stopped):
        yield


def mail_once(
    boxes: Sequence[Box], erp: Erp, environment: Environment, tell: Callable[[Said], None]
) -> bool:
    """Send once what is due, if a box has a server; return whether every server took it.

    Raises:
        ConfigurationError: Settings or secret cannot work.
    """
    if not sends_mail(boxes):
        return True
    book = notices_of("run", boxes, environment, notice_rows(erp.engine))
    backups = BackupStore(environment.data)
    mailer, well = _mailer(boxes, erp, environment, backups, book), True
    for post in _posts(boxes, erp, backups, book):
        post(_now())
    for outlet in map(outlet_of, boxes):
        try:
            while mailer.round(outlet):
                pass
        except (CredentialsRefusedError, TransientError) as error:
            tell(said("mail of {box} waits: {error}", box=outlet.box, error=error))
            well = False
    return well


def _loop(  # noqa: PLR0913, PLR0917 - as above
    boxes: Sequence[Box],
    erp: Erp,
    environment: Environment,
    health: Health,
    stopped: threading.Event,
    book: NoticeBook,
) -> MailerLoop:
    backups = BackupStore(environment.data)
    mailer = _mailer(boxes, erp, environment, backups, book)
    outlets = [outlet_of(box) for box in boxes]
    posts = _posts(boxes, erp, backups, book)
    return MailerLoop(mailer, outlets, health, stopped, clock_of(boxes), posts, _probe(erp))


def _probe(erp: Erp) -> Probe:
    return partial(answers, erp.engine, tables=[outbox_table])


def _posts(boxes: Sequence[Box], erp: Erp, backups: BackupStore, book: NoticeBook) -> list[Post]:
    told = DeadLetterNotices(erp.engine, book.service, book.post)
    several = comments_of(boxes, erp, book.tell), failed_mail_of(boxes, erp, backups), told
    return [one.post for one in several if one is not None]


def _mailer(
    boxes: Sequence[Box],
    erp: Erp,
    environment: Environment,
    backups: BackupStore,
    book: NoticeBook,
) -> Mailer:
    signer, supports = signer_of(erp.own_mail, environment), supports_of(boxes)
    original = partial(backups.read_up_to, MOST_ORIGINAL_BYTES)
    return Mailer(OutboxRows(erp.engine), signer, original, _now, book.tell, supports)


def _now() -> datetime:
    return datetime.now(UTC)
