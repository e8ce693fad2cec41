"""Creates an activity (behaviours A-1 to A-5)."""

from services.writer.handlers.create_contact import contact_id
from services.writer.handlers.mail_date import date_of
from services.writer.unit_of_work import Filed, UnitOfWork
from shared.contracts.commands import CreateActivity
from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified
from shared.domain.threads import Correspondents


def create_activity(
    command: CreateActivity, mail: MailClassified, content: MailContent, work: UnitOfWork
) -> None:
    """Add the activity and its lists; its files follow when the row has an id."""
    new_task = work.made_by(command.task_command) if command.task_command else None
    links: dict[str, object] = {
        name: reference.id if reference else None
        for name, reference in (
            ("contact", command.contact),
            ("relationship", command.relationship),
            ("contract", command.contract),
            ("order", command.order),
            ("task", command.task),
            ("opportunity", command.opportunity),
        )
    }
    links["contact"] = contact_id(command.contact, command.contact_of, work)
    # What the mail answers may have been recorded since it was classified (A-6, R-e).
    addresses = frozenset((mail.sender or "", *mail.recipients))
    correspondents = Correspondents(addresses, mail.own_domains)
    links |= work.assigned_like(command.answers_to, correspondents)
    values: dict[str, object] = {
        "type": command.type.id,
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "direction": command.direction,
        "responsible": command.responsible.id,
        "date": (date := date_of(mail, content, work.now)),
        "completed_on": date if command.completed else None,
        "sender": content.sender,
        "to": ", ".join(content.to),
        "cc": ", ".join(content.cc),
        "message_id": content.message_id,
        "flags": ", ".join(command.flags) or None,
        **links,
    }
    if new_task:
        values["task"] = new_task
    many = {
        "scope": [role.id for role in command.scope],
        "other_contacts": [contact.id for contact in command.other_contacts],
    }
    row = work.add(mail.cause, command, "activity", values, many)
    work.filed.append(Filed(mail, row))
