"""Mail that people of the support get, with the reason and the original (E-1, E-3). Pure."""

from services.classifier.chain import command_id
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.commands import SendMail
from shared.contracts.references import RecordRef
from shared.contracts.said import Said
from shared.contracts.sentence import sentence_of

FILED = "filed"
"""The template of what was filed under a task."""

FORWARD = "forward"
"""The template of what could not be decided."""


def to_support(
    mail: Mail, facts: Facts, template: str, reason: Said, task: RecordRef | None = None
) -> tuple[SendMail, ...]:
    """Return the mail to the support, if there is a support that has not sent this one itself."""
    address = facts.context.box.support_address
    if address is None or mail.sender == address:
        return ()
    return (
        SendMail(
            command_id=command_id(mail, "E-3", "support"),
            name="support",
            recipient=address,
            template=template,
            values={
                "subject": mail.parsed.subject,
                "reason": reason,
                "reason_said": sentence_of(reason).model_dump_json(),
                "mail_id": str(mail.mail_id),
                "sender": mail.sender or "",
            },
            attach_original=True,
            task=task,
        ),
    )
