"""Results for a person: what somebody in support understands without knowing the program."""

from typing import assert_never

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.answers.explain import Explained, Unreadable
from services.operator.present.as_json import command_as_json
from services.operator.present.records import value_as_text
from services.writer.events import with_events
from shared.contracts.commands import (
    AnyCommand,
    ApplyEvent,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    MarkForbidden,
    UpdateTask,
    UpsertInvitation,
)
from shared.contracts.content import TraceLine
from shared.contracts.verdict import joined


def explained_as_text(result: Explained | Unreadable) -> RenderableType:
    """One mail of `explain`: verdict, what would be made, and every rule with its reason."""
    if isinstance(result, Unreadable):
        return Text(f"{result.file}: {result.error}", style="red")
    outcome = result.outcome
    parsed = result.mail.parsed
    head = Table.grid(padding=(0, 2))
    head.add_row("Mail", Text(result.file, style="bold"))
    head.add_row("Subject", Text(parsed.subject))
    head.add_row("From", Text(", ".join(address.email for address in parsed.senders)))
    head.add_row("To", Text(", ".join(result.mail.recipients)))
    head.add_row("Verdict", Text(joined(outcome.verdict), style="bold"))
    if outcome.direction:
        head.add_row("Direction", outcome.direction)
    for command in with_events(outcome).commands:
        head.add_row("Would make", Text(_described(command)))
    for defect in parsed.defects:
        head.add_row("Defect", Text(defect, style="yellow"))
    return Group(head, trace_table(outcome.trace), Text())


def trace_table(trace: tuple[TraceLine, ...]) -> Table:
    """Every rule that was asked, in order."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Rule", no_wrap=True)
    table.add_column("About", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("Why")
    for line in trace:
        style = "green" if line.hit else "dim"
        table.add_row(
            line.id,
            line.rule.replace("_", " "),
            Text("yes" if line.hit else "no", style=style),
            Text(line.reason, style="" if line.hit else "dim"),
        )
    return table


def _described(command: AnyCommand) -> str:
    fields = dict(command_as_json(command, None))
    del fields["kind"]
    described = ", ".join(
        f"{name.replace('_', ' ')} {value_as_text(value)}"
        for name, value in fields.items()
        if value
    )
    return f"{_label(command)}: {described}"


def _label(command: AnyCommand) -> str:
    """What a command makes, in words."""
    match command:
        case CreateActivity():
            return "Activity"
        case CreateTask():
            return "Task"
        case UpdateTask():
            return "Task updated"
        case MarkForbidden():
            return "Mark"
        case CountSoftBounce():
            return "Mark" if command.marks else "Soft bounce counted"
        case UpsertInvitation() | ApplyEvent():
            return "Invitation"
        case _:
            assert_never(command)
