"""The mail that tells the support of one of ours that was refused for good (M-2, E-3). Pure."""

from collections.abc import Iterator

from services.mailer.outbox_mail import SAID, OutboxMail
from shared.contracts.cause import Cause
from shared.contracts.said import Said
from shared.contracts.sentence import sentence_of
from shared.netgenium.own.outbox import Outgoing, Posted

TEMPLATE = "undelivered"


def undelivered(mail: OutboxMail, why: Said, support: str | None) -> Iterator[Posted]:
    """Yield the mail for the support, with what the refused one said and had attached.

    None tells of a notice, of mail to the support itself, or of one that tells this: what tells
    of trouble must not make more of it (H-24).
    """
    if support is None or mail.recipient == support or mail.is_notice or mail.template == TEMPLATE:
        return
    values = {
        "subject": mail.values.get("subject", ""),
        "recipient": mail.recipient,
        "task_number": mail.values.get("task_number", ""),
        "text": mail.values.get("comment") or mail.values.get("text") or "",
        "reason": why,
        f"reason{SAID}": sentence_of(why).model_dump_json(),
        "outbox_id": str(mail.outbox_id),
    }
    yield Posted(
        Cause.named("undelivered", str(mail.outbox_id)),
        Outgoing("support", mail.box, support, TEMPLATE, values, attachments=mail.attachments),
    )
