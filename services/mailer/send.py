"""One box's mail from the outbox to its server (behaviours M-1, M-2, M-6)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.mailer.compose import Composed, NotSendableError, OriginalGoneError, compose
from services.mailer.mail_values import values_of
from services.mailer.outbox_mail import FAILED, SENT, WAITING, OutboxMail
from services.mailer.outbox_rows import (
    OutboxRows,
    SettledMail,
    as_failed,
    as_given_back,
    as_put_off,
    as_sent,
    as_waiting,
)
from services.mailer.outlet import MailOutlet
from services.mailer.rendering import TemplateTroubleError
from services.mailer.smtp import MailPostponedError, MailRefusedError, MailSession
from services.mailer.undelivered import undelivered
from shared import mailer_metrics
from shared.backup.store import MissingBackupError
from shared.contracts.said import Said, said
from shared.domain.own_mail import OwnMail
from shared.errors import AwayError, CRMServiceError, PermanentError, TransientError
from shared.log import Logger

STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240))
"""After how long a mail that was put off is tried again; the last step is repeated."""

PATIENCE = timedelta(days=2)
"""For how long a server may put a mail off before it counts as refused."""

_log = Logger()


@dataclass(slots=True)
class Mailer:
    """Sends what is due of the boxes' mail.

    Attributes:
        rows: The outbox.
        own_mail: Signs our mail.
        original: Returns the bytes of a backup, by its key; None: too many to be attached.
        now: The time.
        report: Is told the reason of each mail that failed, and of each brake.
        supports: Who gets what failed, by the name of the box.
        held: How many mails of each box are due and wait because of `mailsPerHour`.
    """

    rows: OutboxRows
    own_mail: OwnMail
    original: Callable[[str], bytes | None]
    now: Callable[[], datetime]
    report: Callable[[str, Said], None] = lambda _kind, _reason: None
    supports: Mapping[str, str] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict, init=False)
    _unwritten: list[tuple[OutboxMail, SettledMail]] = field(default_factory=list, init=False)

    def round(self, outlet: MailOutlet) -> int:
        """Send what is due of one box; return how many mails were taken in hand.

        Raises:
            TransientError: Database or server is unreachable; nothing is lost, and what the
                server has taken is known.
            CredentialsRefusedError: The server refused the login; nothing was tried.
        """
        self._write()
        if outlet.connect is None:
            return 0
        taken = self.rows.take(outlet.box, outlet.per_hour, self.now())
        self._tell_brake(outlet.box, taken.held)
        left = list(taken.mails)
        try:
            if left:
                with outlet.connect() as session:
                    while left:
                        self._send(outlet, session, left.pop(0))
        finally:
            self._give_back(left)
        return len(taken.mails)

    def finish(self) -> None:
        """Write what became of mails while the database was unreachable, before this ends.

        Raises:
            TransientError: It still is: what a server has taken is sent again.
        """
        self._write()

    def _tell_brake(self, box: str, held: int) -> None:
        self.held[box] = held
        if held:
            why = said("{held} mail(s) of {box} wait because of mailsPerHour", held=held, box=box)
            self.report("mails per hour", why)

    def _give_back(self, mails: Sequence[OutboxMail]) -> None:
        """Make mails that no server has seen due again at once."""
        for mail in mails:
            self._unwritten.append((mail, SettledMail(as_given_back(mail, self.now()))))
        # The error that is under way says more than another one would.
        with suppress(TransientError):
            self._write()

    def _send(self, outlet: MailOutlet, session: MailSession, mail: OutboxMail) -> None:
        """Send one mail and write down what became of it.

        Raises:
            TransientError: The connection is of no more use, or the database is unreachable.
        """
        try:
            composed = self._composed(outlet, mail)
        except (PermanentError, TransientError) as error:
            return self._settle(mail, self._not_made(mail, error))
        try:
            session.send(composed)
        except MailRefusedError as error:
            return self._settle(mail, self._failed(mail, error.sentence))
        except MailPostponedError as error:
            return self._settle(mail, self._put_off(mail, error.sentence))
        except TransientError as error:
            # This mail may be what the server stumbles over, so it waits and others go on.
            self._settle(mail, self._put_off(mail, error.sentence))
            raise
        return self._settle(mail, SettledMail(as_sent(composed.message_id, self.now())))

    def _composed(self, outlet: MailOutlet, mail: OutboxMail) -> Composed:
        fitting = list(self._fitting(mail))
        values = {
            **values_of(mail.values, outlet.templates.language, self.own_mail),
            "left_out": len(mail.attachments) - len(fitting),
        }
        rendered = outlet.templates.render(mail.template, values)
        return compose(mail, rendered, outlet.sender, self.own_mail, self.now(), fitting)

    def _fitting(self, mail: OutboxMail) -> Iterator[bytes]:
        """Yield the originals that are attached.

        Raises:
            OriginalGoneError: One is not there any more, or the row names none of ours.
            TransientError: The disk is unreachable, or one cannot be read.
        """
        for key in mail.attachments:
            try:
                raw = self.original(key)
            except (MissingBackupError, PermanentError) as error:
                raise OriginalGoneError(error.sentence, mail.outbox_id) from error
            if raw is not None:
                yield raw

    def _not_made(self, mail: OutboxMail, error: CRMServiceError) -> SettledMail:
        """Let a mail that cannot be made wait if people or disks can mend that, else fail."""
        if isinstance(error, OriginalGoneError):
            # What tells of it would fail like it with the same original.
            return self._failed(replace(mail, attachments=()), error.sentence)
        if isinstance(error, NotSendableError):
            return self._failed(mail, error.sentence)
        self.report("mail not made", error.sentence)
        _log.warning("mail not made", outbox_id=str(mail.outbox_id), reason=str(error))
        if not isinstance(error, AwayError | TemplateTroubleError):
            return self._put_off(mail, error.sentence)
        return SettledMail(as_waiting(str(error), self.now() + _step(mail.tries)))

    def _failed(self, mail: OutboxMail, why: Said) -> SettledMail:
        _log.warning("mail failed", outbox_id=str(mail.outbox_id), reason=why)
        if not mail.is_notice:
            # A notice about a notice would be the begin of a storm (H-24).
            told = said("mail {outbox_id}: {why}", outbox_id=mail.outbox_id, why=why)
            self.report("mail failed", told)
        return SettledMail(
            as_failed(why), tuple(undelivered(mail, why, self.supports.get(mail.box)))
        )

    def _put_off(self, mail: OutboxMail, why: Said) -> SettledMail:
        now = self.now()
        if now - (mail.first_tried_at or now) >= PATIENCE:
            return self._failed(mail, said("put off for two days; last: {why}", why=why))
        return SettledMail(as_put_off(mail, why, now + _step(mail.tries), now))

    def _settle(self, mail: OutboxMail, settled: SettledMail) -> None:
        self._unwritten.append((mail, settled))
        mailer_metrics.mail_settled(str(settled.values.get("state", WAITING)))
        self._write()

    def _write(self) -> None:
        """Write what became of mails; what cannot be written now is written first next time.

        Raises:
            TransientError: The database is unreachable.
        """
        while self._unwritten:
            self.rows.settle(*self._unwritten[0], self.now())
            self._unwritten.pop(0)


OUTCOMES = (SENT, FAILED, WAITING)
"""What may become of a mail in a round; `waiting`: it is tried again."""


def _step(tries: int) -> timedelta:
    """Return after how long the next try is, after so many before this one."""
    return STEPS[min(tries, len(STEPS) - 1)]
