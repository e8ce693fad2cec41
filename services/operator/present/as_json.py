"""Results as JSON objects: natural keys instead of ids, times in UTC.

Fields may be added in later versions, never changed.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from services.answers.explain import Explained, Unreadable
from services.answers.times import utc
from services.classifier.reading.mail import Mail
from shared.contracts.commands import (
    AnyCommand,
    ApplyEvent,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    MarkForbidden,
    SendMail,
    UpdateTask,
    UpsertInvitation,
)
from shared.contracts.content import MailContent
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.references import RecordRef
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.xml_commands import PutContact, PutRelationship

Json = Mapping[str, Any]


def explained_as_json(result: Explained | Unreadable) -> Json:
    """Return one mail of `explain`."""
    if isinstance(result, Unreadable):
        return {"file": result.file, "error": result.error}
    outcome, proof = result.outcome, result.mail.proof
    return {
        "file": result.file,
        "proof": {"state": proof.state, "reason": proof.reason},
        "verdict": list(outcome.verdict),
        "direction": outcome.direction,
        "flags": list(outcome.flags),
        "commands": [command_as_json(command, outcome.content) for command in outcome.commands],
        "trace": [line.model_dump() for line in outcome.trace],
        "bounce": [
            {
                "address": one.failure.address,
                "status": one.failure.status,
                "permanent": one.failure.permanent,
                "marks": one.marks,
                "reason": one.why,
            }
            for one in result.bounce
        ],
        "mail": mail_as_json(result.mail),
    }


def mail_as_json(mail: Mail) -> Json:
    """Return what was read out of a mail."""
    parsed = mail.parsed
    return {
        "from": [address.email for address in parsed.senders],
        "to": [address.email for address in parsed.to],
        "cc": [address.email for address in parsed.cc],
        "subject": parsed.subject,
        "date": utc(parsed.date) if parsed.date else None,
        "message_id": parsed.message_id,
        "text": parsed.text,
        "own_text": mail.body.parts.own,
        "attachments": [
            {
                "name": part.name,
                "content_type": part.content_type,
                "size": part.size,
                "sha256": part.sha256,
            }
            for part in parsed.attachments
        ],
        "auto_submitted": parsed.auto_submitted,
        "defects": list(parsed.defects),
    }


def command_as_json(  # noqa: C901, PLR0911 - a case for each
    command: AnyCommand, content: MailContent | None
) -> Json:
    """Return a command with natural keys; `content` is the mail's."""
    match command:
        case CreateActivity():
            return _activity(command, content)
        case CreateTask() | UpdateTask():
            return _task(command)
        case MarkForbidden() | CountSoftBounce():
            return _mark(command)
        case UpsertInvitation():
            return _invitation(command)
        case ApplyEvent():
            return _invitation(command.of(content.events[command.event])) if content else {}
        case SendMail():
            return _outgoing(command)
        case CreateContact():
            return _contact(command)
        case PutTask():
            return _task_of_rule(command)
        case CommentTask():
            return _comment(command)
        case PutRelationship():
            return {"kind": command.kind, "relationship": command.new_name or command.name}
        case PutContact():
            return _contact_of_xml(command)
        case _:
            assert_never(command)


def _activity(command: CreateActivity, content: MailContent | None) -> Json:
    return {
        "kind": command.kind,
        "subject": content.subject if content else "",
        "responsible": command.responsible.email,
        "type": command.type.name,
        "direction": command.direction,
        "contact": command.contact.email if command.contact else None,
        "relationship": command.relationship.name if command.relationship else None,
        "other_contacts": [contact.email for contact in command.other_contacts],
        "contract": _number(command.contract),
        "order": _number(command.order),
        "task": _number(command.task),
        "opportunity": _number(command.opportunity),
        "new_task": command.task_command is not None,
        "scope": sorted(role.name for role in command.scope),
        "completed": command.completed,
        "attachments": [part.name for part in content.attachments] if content else [],
        "flags": list(command.flags),
    }


def _mark(command: MarkForbidden | CountSoftBounce) -> Json:
    """Show a soft bounce that completes the three as the mark that it makes."""
    counts = isinstance(command, CountSoftBounce) and not command.marks
    return {
        "kind": "count_soft_bounce" if counts else "mark_forbidden",
        "address": command.address,
        "mark": command.mark if isinstance(command, MarkForbidden) else "broken",
        "contacts": [contact.email for contact in command.contacts],
        "relationships": [company.name for company in command.relationships],
        "held": command.report is not None and not command.report.believed,
    }


def _invitation(command: UpsertInvitation) -> Json:
    return {
        "kind": command.kind,
        "user": command.user.email,
        "uid": command.uid,
        "recurrence_id": command.recurrence_id,
        "method": command.method,
        "sequence": command.sequence,
        "start": command.start,
        "end": command.end,
        "all_day": command.all_day,
        "summary": command.summary,
        "location": command.location,
        "organizer": command.organizer,
        "attendees": [attendee.address for attendee in command.attendees],
        "answers": {attendee.address: attendee.answer for attendee in command.attendees},
    }


def _task(command: CreateTask | UpdateTask) -> Json:
    return {
        "kind": command.kind,
        "subject": command.subject,
        "solvers": [user.email for user in command.solvers],
        "approver": command.approver.email if command.approver else None,
        "contract": _number(command.contract),
        "problem_id": command.problem_id,
        "status": command.status,
    }


def _contact(command: CreateContact) -> Json:
    return {
        "kind": command.kind,
        "address": command.address,
        "name": f"{command.first_name} {command.last_name}".strip(),
        "relationship": command.relationship.name,
    }


def _contact_of_xml(command: PutContact) -> Json:
    company = command.relationship
    return {
        "kind": command.kind,
        "address": command.address,
        "name": f"{command.first_name or ''} {command.last_name or ''}".strip(),
        "relationship": company.name if company else command.relationship_of,
    }


def _task_of_rule(command: PutTask) -> Json:
    """Return the command without texts of the mail."""
    return {
        "kind": command.kind,
        "task": _number(command.task),
        "subject": command.values.get("subject", command.subject),
        "solvers": [user.email for user in command.solvers],
        "contact": command.contact.email if command.contact else command.contact_of,
        "contract": _number(command.contract),
        "status": command.values.get("status"),
        "priority": command.values.get("priority"),
    }


def _comment(command: CommentTask) -> Json:
    """Return the command without its text, which the mail says."""
    return {
        "kind": command.kind,
        "task": _number(command.task),
        "author": command.author.email if command.author else None,
    }


def _outgoing(command: SendMail) -> Json:
    """Return the command without the values, which may say what the mail says."""
    return {
        "kind": command.kind,
        "recipient": command.recipient,
        "template": command.template,
        "original_attached": command.attach_original,
        "task": _number(command.task),
        "new_task": command.task_command is not None,
    }


def _number(record: RecordRef | None) -> str | None:
    return record.number if record else None
