"""The whole decision on a mail: its box's policy, and what a special mail may still do."""

from collections.abc import Sequence
from dataclasses import replace

from services.classifier.chain import PolicyRow, SoFar, ask
from services.classifier.facts.facts import Facts
from services.classifier.outcome.late_users import keep_late_users
from services.classifier.parse.limits import ATTENDEES, ATTENDEES_BEYOND
from services.classifier.policy import for_old_mail, without_problems
from services.classifier.reading.mail import Mail
from shared.contracts.bounds import STORED_FILES
from shared.contracts.commands import (
    AnyCommand,
    ApplyEvent,
    CreateActivity,
    CreateTask,
    UpdateTask,
)
from shared.contracts.content import trace_line
from shared.contracts.said import said, said_many

_OLD = trace_line(
    "I-11",
    "archive",
    hit=True,
    reason=said("an old mail: recorded without tasks, marks and invitations"),
)


def decide(mail: Mail, facts: Facts) -> SoFar:
    """Verdict, trace and commands of `mail`. Pure."""
    policy = facts.context.policy
    decided = _decided(policy, mail, facts)
    if not any(_is_of_customer(command) for command in decided.commands):
        return decided
    return replace(decided, otherwise=_decided(without_problems(policy), mail, facts))


def _decided(policy: Sequence[PolicyRow], mail: Mail, facts: Facts) -> SoFar:
    decided = keep_late_users(ask(policy, mail, facts), facts)
    return _flagged(_with_bounds(_with_journal(decided, mail), mail, facts))


def _with_journal(decided: SoFar, mail: Mail) -> SoFar:
    """Say in the trace that a journal report was read, or why not (I-14)."""
    if mail.journal is None:
        return decided
    note = mail.journal
    line = trace_line(note.id, note.name, hit=note.applied, reason=note.reason)
    return replace(decided, trace=(line, *decided.trace))


def _is_of_customer(command: AnyCommand) -> bool:
    return isinstance(command, CreateTask | UpdateTask) and command.by_customer


def _flagged(decided: SoFar) -> SoFar:
    """Flag every activity and invitation of a flagged mail."""
    if not decided.flags:
        return decided
    commands = tuple(
        command.model_copy(update={"flags": decided.flags})
        if isinstance(command, CreateActivity | ApplyEvent)
        else command
        for command in decided.commands
    )
    return replace(decided, commands=commands)


def _with_bounds(decided: SoFar, mail: Mail, facts: Facts) -> SoFar:
    """Say in the trace what is left out because one mail may cause only so much (H-3)."""
    if not decided.commands:
        return decided
    reasons = []
    if beyond := facts.users_beyond(mail):
        reasons.append(
            said_many(
                "{n} user beyond {most} is left out",
                "{n} users beyond {most} are left out",
                beyond,
                most=facts.bounds(mail).users,
            )
        )
    if (files := len(mail.parsed.attachments)) > STORED_FILES:
        reasons.append(
            said("of {files} files only {kept} are stored", files=files, kept=STORED_FILES)
        )
    if ATTENDEES_BEYOND in mail.parsed.defects:
        reasons.append(
            said("an event has more than {most} attendees: the first are kept", most=ATTENDEES)
        )
    lines = tuple(trace_line("H-3", "bounds", hit=True, reason=one) for one in reasons)
    return replace(decided, trace=decided.trace + lines)


def decide_archived(mail: Mail, facts: Facts) -> SoFar:
    """Return the same for a mail that was there before its box was first read (I-11). Pure.

    It makes completed activities with its own date, and nothing else.
    """
    decided = _decided(for_old_mail(facts.context.policy), mail, facts)
    activities = tuple(
        command.model_copy(update={"completed": True})
        for command in decided.commands
        if isinstance(command, CreateActivity)
    )
    return replace(decided, commands=activities, trace=(_OLD, *decided.trace))
