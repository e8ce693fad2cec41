"""Where notices of a service's errors go: into the outbox, or directly (behaviours I-9, M-5)."""

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from services.assembly.mailing import clock_of, outlet_of
from services.assembly.secret import own_mail
from services.assembly.watch import Look
from services.mailer.compose import compose
from services.mailer.mail_values import values_of
from services.mailer.notices import MissedParts, Notice, NoticeBook, Parts
from services.mailer.outbox_mail import NOTICE, OutboxMail
from services.mailer.outlet import MailOutlet
from shared.domain.own_mail import OwnMail
from shared.errors import ConfigurationError, CRMServiceError, TransientError
from shared.health.state import Health
from shared.log import Logger
from shared.settings.box import Box
from shared.settings.environment import Environment

_log = Logger()


class PostedNotice(NamedTuple):
    """A notice with its way."""

    notice: Notice
    box: str
    recipient: str


PostNotice = Callable[[PostedNotice], bool]
"""Posts a notice; returns whether that was possible."""


@dataclass(frozen=True, slots=True)
class NoticePost:
    """Sends the notices of one process.

    Attributes:
        recipient: Who gets them.
        outlet: What they go out by.
        own_mail: Signs them.
        data: The data folder, which remembers what was sent directly.
        in_outbox: Writes them into the outbox; None where the process has no database.
    """

    recipient: str
    outlet: MailOutlet
    own_mail: OwnMail
    data: Path
    in_outbox: PostNotice | None = None

    def send(self, notice: Notice) -> bool:
        """Have a notice sent; return whether it is on its way, or another process has sent it."""
        posted = PostedNotice(notice, self.outlet.box, self.recipient)
        if self.in_outbox is not None and self.in_outbox(posted):
            return True
        try:
            return self._directly(notice)
        except CRMServiceError as error:
            _log.warning("notice not sent", kind=notice.kind, reason=str(error))
            return False

    def _directly(self, notice: Notice) -> bool:
        """Send it past the outbox.

        Raises:
            CRMServiceError: The server is unreachable, or refused login or mail.
        """
        marker = self._marker(notice)
        if self.outlet.connect is None or marker.exists():
            return True
        mail = OutboxMail(notice.outbox_id, self.outlet.box, self.recipient, NOTICE, notice.values)
        templates = self.outlet.templates
        values = values_of(notice.values, templates.language, self.own_mail)
        rendered = templates.render(NOTICE, values)
        composed = compose(mail, rendered, self.outlet.sender, self.own_mail, notice.at)
        with self.outlet.connect() as session:
            session.send(composed)
        _leave(marker)
        return True

    def _marker(self, notice: Notice) -> Path:
        """Return the file that keeps a process which is started again from a second notice."""
        kind = hashlib.sha256(f"{notice.service}\0{notice.kind}".encode()).hexdigest()[:16]
        return self.data / "notices" / f"{kind}.{notice.outbox_id}"


def _leave(marker: Path) -> None:
    """Remember it in place of the notice of an hour before; a disk that refuses loses little."""
    with suppress(OSError):
        marker.parent.mkdir(exist_ok=True)
        for old in marker.parent.glob(f"{marker.name.partition('.')[0]}.*"):
            old.unlink(missing_ok=True)
        os.close(os.open(marker, os.O_CREAT | os.O_WRONLY, 0o600))


def notices_of(
    service: str,
    boxes: Sequence[Box],
    environment: Environment,
    in_outbox: PostNotice | None = None,
) -> NoticeBook:
    """Return the book of a service's errors; without `errorTo` and `smtpServer` nobody reads it."""
    post = _post_of(boxes, environment, in_outbox)
    return NoticeBook(service, post.send if post else lambda _notice: True, clock_of(boxes))


def notice_look(book: NoticeBook, health: Health, *more: Parts) -> Look:
    """Return a look that tells, again and again, of parts that are missed and of `more`."""
    return MissedParts(book, (health.parts, *more)).look


def _post_of(
    boxes: Sequence[Box], environment: Environment, in_outbox: PostNotice | None
) -> NoticePost | None:
    box = next((each for each in boxes if each.error_to and each.smtp_server), None)
    if box is None or box.error_to is None:
        return None
    try:
        signer = own_mail(environment)
        outlet = outlet_of(box)
    except (ConfigurationError, TransientError) as error:
        _log.warning("notices cannot be sent", reason=str(error))
        return None
    return NoticePost(box.error_to, outlet, signer, environment.data, in_outbox) if signer else None
