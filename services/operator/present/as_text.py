"""Results for a person: what somebody in support understands without knowing the program."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.operator.check import Check
from services.operator.explain import Explained, Unreadable
from services.operator.present.as_json import command_as_json
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

_STATUS_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}


def stdout_console() -> Console:
    """Results: colour only on a terminal, and never with NO_COLOR."""
    return Console(highlight=False, soft_wrap=False)


def stderr_console() -> Console:
    """Messages and progress."""
    return Console(stderr=True, highlight=False)


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
        f"{name.replace('_', ' ')} {_value(value)}" for name, value in fields.items() if value
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


def _value(value: object) -> str:
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, list):
        return " + ".join(map(str, value))
    return str(value)


def checks_as_text(checks: Sequence[Check]) -> Table:
    """One line a check, with what to do."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        # A path or an address that does not fit goes on in the next line.
        table.add_column(overflow="fold")
    for check in checks:
        style = _STATUS_STYLES[check.status]
        detail = check.detail + (f"\n→ {check.remedy}" if check.remedy else "")
        table.add_row(Text(check.status.upper(), style=style), check.name, Text(detail))
    return table


def records_as_text(rows: Sequence[Mapping[str, object]]) -> RenderableType:
    """Records below each other, without empty fields."""
    blocks: list[RenderableType] = []
    for row in rows:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, value in row.items():
            if value not in (None, [], ""):
                table.add_row(Text(name.replace("_", " "), style="dim"), Text(_value(value)))
        blocks += [table, Text()]
    return Group(*blocks) if blocks else Text("none")
