"""Results for a person: what somebody in support understands without knowing the program."""

from typing import assert_never

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.answers.explain import Explained, Unreadable
from services.operator.present.answer import where_to_read
from services.operator.present.as_json import command_as_json
from services.operator.present.labels import field_label, flags_as_text, state_label
from services.operator.present.records import value_in_words
from services.operator.present.trace import proof_line, trace_table
from services.operator.present.verdicts import verdict_as_text
from services.writer.events import with_events
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
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.xml_commands import PutContact, PutRelationship
from shared.language.language import Language


def explained_as_text(result: Explained | Unreadable, language: Language) -> RenderableType:
    """Return one mail of `explain`: verdict, what would be made, and every rule with its reason."""
    if isinstance(result, Unreadable):
        return Text(f"{result.file}: {result.error}", style="red")
    outcome = result.outcome
    parsed = result.mail.parsed
    head = Table.grid(padding=(0, 2))
    if proof := proof_line(outcome.trace):
        head.add_row(language.say("Sender"), Text(language.reason(proof), style="bold"))
    head.add_row(language.say("Mail"), Text(result.file, style="bold"))
    head.add_row(language.say("Subject"), Text(parsed.subject))
    head.add_row(language.say("From"), Text(", ".join(address.email for address in parsed.senders)))
    head.add_row(language.say("To"), Text(", ".join(result.mail.recipients)))
    verdict = verdict_as_text(outcome.verdict, language)
    head.add_row(language.say("Verdict"), Text(verdict, style="bold"))
    if read_more := where_to_read(outcome.trace, language):
        head.add_row(language.say("Read more"), read_more)
    if outcome.direction:
        head.add_row(language.say("Direction"), state_label(outcome.direction, language))
    if outcome.flags:
        flags = flags_as_text(outcome.flags, language)
        head.add_row(language.say("Flags"), Text(flags, style="yellow"))
    for command in with_events(outcome).commands:
        head.add_row(language.say("Would make"), Text(_described(command, language)))
    for defect in parsed.defects:
        head.add_row(language.say("Defect"), Text(defect, style="yellow"))
    return Group(head, trace_table(outcome.trace, language), Text())


def _described(command: AnyCommand, language: Language) -> str:
    fields = dict(command_as_json(command, None))
    del fields["kind"]
    described = ", ".join(
        f"{field_label(name, language)} {value_in_words(name, value, language)}"
        for name, value in fields.items()
        if value
    )
    return f"{_label(command, language)}: {described}"


def _label(command: AnyCommand, language: Language) -> str:  # noqa: C901, PLR0911, PLR0912 - a case for each
    """Return what a command makes, in words."""
    match command:
        case CreateActivity():
            return language.say("Activity")
        case CreateTask():
            return language.say("Task")
        case UpdateTask():
            return language.say("Task updated")
        case MarkForbidden() | CountSoftBounce() if command.report and not command.report.believed:
            return language.say("Mark held for a person")
        case MarkForbidden():
            return language.say("Mark")
        case CountSoftBounce():
            return language.say("Mark") if command.marks else language.say("Soft bounce counted")
        case UpsertInvitation() | ApplyEvent():
            return language.say("Invitation")
        case CreateContact() | PutContact():
            return language.say("Contact")
        case PutRelationship():
            return language.say("Company")
        case PutTask():
            return language.say("Task updated") if command.task else language.say("Task")
        case CommentTask():
            return language.say("Comment")
        case SendMail():
            return language.say("Mail to be sent")
        case _:
            assert_never(command)
