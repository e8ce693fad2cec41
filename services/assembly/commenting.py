"""Puts together what mails the comments for customers (behaviour E-2)."""

from collections.abc import Callable, Sequence

from services.assembly.composition import Erp
from services.mailer.comments import Comments
from shared.settings.box import Box


def comments_of(
    boxes: Sequence[Box], erp: Erp, report: Callable[[str, str], None]
) -> Comments | None:
    """Return what mails the comments for customers; None where no box has conversations."""
    talking = [box for box in boxes if box.conversations]
    if not talking:
        return None
    box = next((one for one in talking if one.smtp_server), talking[0])
    addresses = frozenset(one.email for one in boxes)
    return Comments(erp.engine, erp.tables, box.name, addresses, report)
