"""What the mail of one box goes out by."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.mailer.compose import SendsAs
from services.mailer.rendering import Templates
from services.mailer.smtp import MailSession


@dataclass(frozen=True, slots=True)
class MailOutlet:
    """What the mail of one box goes out by.

    Attributes:
        box: The box's name.
        sender: Who it sends as.
        templates: Its templates.
        per_hour: Most mails in an hour.
        connect: Opens a session with its server; None: the box has none, so its mail waits.
    """

    box: str
    sender: SendsAs
    templates: Templates
    per_hour: int
    connect: Callable[[], AbstractContextManager[MailSession]] | None
