"""What a group of mails locks before it reads anything: a lock for each thing it works on. Pure.

A new kind of command says here what two writers must not do at once.
"""

from collections.abc import Iterable
from typing import assert_never

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
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.messages import MailClassified
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.said import said
from shared.contracts.xml_commands import PutContact, PutRelationship
from shared.domain.addresses import mailbox_of
from shared.errors import ContractError
from shared.netgenium.database.locks import lock_for


def locks_of(mails: Iterable[MailClassified]) -> frozenset[str]:
    """Return names of the locks that the commands of `mails` need."""
    return frozenset(lock for mail in mails for one in mail.commands for lock in _locks(one))


def address_lock(address: str) -> str:
    """Held by who counts bounces of an address, marks it, or answers it by itself."""
    return lock_for("address", address.lower())


def record_lock(entity: str, record_id: int) -> str:
    """Held by who marks a contact or a relationship, which may have several addresses."""
    return lock_for(entity, str(record_id))


def problem_lock(problem_id: str) -> str:
    """Held by who makes or changes the task of a problem."""
    return lock_for("problem", problem_id)


def _locks(command: AnyCommand) -> Iterable[str]:  # noqa: C901, PLR0911 - a case for each
    match command:
        case CreateActivity() | CommentTask():
            return ()
        case CreateTask() | UpdateTask():
            return () if command.problem_id is None else (problem_lock(command.problem_id),)
        case MarkForbidden() | CountSoftBounce():
            return (
                address_lock(command.address),
                *(record_lock("contact", one.id) for one in command.contacts),
                *(record_lock("relationship", one.id) for one in command.relationships),
            )
        case UpsertInvitation():
            # Of all users and occurrences: answers and the end of a series concern several.
            return (lock_for("event", command.uid),)
        case PutRelationship():
            return (lock_for("relationship name", command.name),)
        case PutContact():
            company = command.relationship_of
            named = (lock_for("relationship name", company),) if company else ()
            return (address_lock(command.address), *named)
        case CreateContact():
            return (address_lock(command.address),)
        case PutTask():
            # By its subject a task may be the one that another mail makes now.
            same = lock_for("task subject", command.subject)
            return (record_lock("task", command.task.id),) if command.task else (same,)
        case SendMail():
            return (address_lock(mailbox_of(command.recipient)),) if command.automatic else ()
        case ApplyEvent():
            raise ContractError(said("Events are taken out of a mail's content before"))
        case _:
            assert_never(command)
