"""Puts together what the mailer itself has to tell: comments and failed mail (E-2, E-3)."""

from collections.abc import Callable, Mapping, Sequence

from services.assembly.composition import Erp
from services.mailer.comments import Comments
from services.mailer.failed_mail import FailedMailTold
from shared.backup.store import BackupStore
from shared.contracts.said import Said
from shared.settings.box import Box


def comments_of(
    boxes: Sequence[Box], erp: Erp, report: Callable[[str, Said], None]
) -> Comments | None:
    """Return what mails the comments for customers; None where no box has conversations."""
    talking = [box for box in boxes if box.conversations]
    if not talking:
        return None
    box = next((one for one in talking if one.smtp_server), talking[0])
    addresses = frozenset(one.email for one in boxes)
    return Comments(erp.engine, erp.tables, box.name, addresses, report)


def supports_of(boxes: Sequence[Box]) -> Mapping[str, str]:
    """Return the support of each box that has one, by the box's name."""
    return {box.name: box.support_address for box in boxes if box.support_address}


def failed_mail_of(boxes: Sequence[Box], erp: Erp, backups: BackupStore) -> FailedMailTold | None:
    """Return what tells the support of failed mail; None where there is no support."""
    supports = supports_of(boxes)
    return FailedMailTold(erp.engine, supports, backups.find) if supports else None
