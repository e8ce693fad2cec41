"""What the records made from a mail say (behaviours A-3 and A-4)."""

from services.classifier.facts.facts import BoxContext
from services.classifier.parse.html import sanitise_html
from services.classifier.reading.mail import Mail
from shared.contracts.bounds import STORED_FILES
from shared.contracts.content import MailContent, PartRef
from shared.contracts.events import EventState

ORIGINAL = "Original.eml"


def mail_content(
    mail: Mail, context: BoxContext, backup_key: str, events: tuple[EventState, ...] = ()
) -> MailContent:
    """Return the content of `mail`; `Original.eml` is among its files for `saveOriginalsFrom`.

    Of more files than are stored the first are kept.
    """
    parsed = mail.parsed
    html = sanitise_html(parsed.html) if parsed.html and context.keeps_html else None
    attachments = parsed.attachments
    if mail.sender in context.box.save_originals_from:
        kept = map(_not_original, attachments[: STORED_FILES - 1])
        attachments = (*kept, _original(mail, backup_key))
    return MailContent(
        subject=parsed.subject,
        text=parsed.text,
        html=html,
        sent_at=mail.sent_at,
        sender=mail.sender or "",
        to=tuple(address.email for address in parsed.to),
        cc=tuple(address.email for address in parsed.cc),
        message_id=parsed.message_id,
        attachments=attachments[:STORED_FILES],
        events=events,
    )


def _original(mail: Mail, backup_key: str) -> PartRef:
    """Return the whole mail as a file."""
    return PartRef(
        backup_key=backup_key,
        start=mail.parsed.offset,
        end=mail.parsed.offset + mail.parsed.size,
        encoding="identity",
        name=ORIGINAL,
        content_type="message/rfc822",
        size=mail.parsed.size,
        sha256=mail.parsed.inner_sha256 or mail.content_sha256,
    )


def _not_original(part: PartRef) -> PartRef:
    """Rename a file of the mail that has the name of the original (H-13)."""
    if part.name.lower() != ORIGINAL.lower():
        return part
    return part.model_copy(update={"name": "Original (2).eml"})
