"""The engine of the rule chain: asks each rule in turn and keeps why it hit or missed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from services.classifier.facts.facts import Facts
from services.classifier.outcome.presets import Presets
from services.classifier.reading.mail import Mail
from shared.contracts.command import command_id_of
from shared.contracts.commands import AnyCommand, CreateActivity, Direction
from shared.contracts.content import TraceLine, trace_line
from shared.contracts.events import EventState
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.said import Said, said_many
from shared.domain.notes import Note


@dataclass(frozen=True, slots=True)
class Hit:
    """The rule applies.

    Attributes:
        reason: Why, in one sentence.
        words: Log words, in order.
        commands: What is to be done.
        stop: Ends the chain; commands already emitted stand.
        direction: The mail's direction from here on, if the rule decides it.
        notes: Further lines of the trace.
        events: What commands refer to, behind those of the rules before.
        flags: What a person should know before trusting what the mail made.
        presets: What the mail's activities are set to.
        mailbox: What becomes of the mail in its box.
        alone: The rules of the manual that decide what a mail is are not asked.
        confidential: No record may hold the mail's text or files: a secret is in them.
    """

    reason: Said
    words: tuple[str, ...] = ()
    commands: tuple[AnyCommand, ...] = ()
    stop: bool = False
    direction: Direction | None = None
    notes: tuple[Note, ...] = ()
    events: tuple[EventState, ...] = ()
    flags: tuple[str, ...] = ()
    presets: Presets | None = None
    mailbox: MailboxActions | None = None
    alone: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """The rule does not apply, and why.

    Attributes:
        flags: What a person should know before trusting what the mail makes all the same.
    """

    reason: Said
    notes: tuple[Note, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the rules before found.

    Attributes:
        trace: Of all rules; made when the last was asked, for none of them reads it.
        otherwise: What they find if the writer does not believe the mail's problem (S-8).
        presets: What the mail's activities are set to (C-2).
        mailbox: What becomes of the mail in its box (C-2).
        alone: A rule has taken the mail before the manual's rules (C-1).
        confidential: No record may hold the mail's text or files (E-4).
    """

    words: tuple[str, ...] = ()
    commands: tuple[AnyCommand, ...] = ()
    direction: Direction | None = None
    hits: frozenset[str] = frozenset()
    trace: tuple[TraceLine, ...] = ()
    stopped: bool = False
    events: tuple[EventState, ...] = ()
    flags: tuple[str, ...] = ()
    otherwise: "SoFar | None" = None
    presets: Presets | None = None
    mailbox: MailboxActions | None = None
    alone: bool = False
    confidential: bool = False

    @property
    def made_activity(self) -> bool:
        """Whether any activity is to be created."""
        return any(isinstance(command, CreateActivity) for command in self.commands)


Check = Callable[[Mail, Facts, SoFar], Hit | Miss]
"""A rule."""


class PolicyRow(NamedTuple):
    """One row of the policy.

    Attributes:
        id: Identifier of the rule, as `R-7`.
        name: Name of the rule.
        check: The rule.
        chapter: Where the manual has it.
        always: Asked even when the chain has stopped.
        of_manual: Says what a mail is, by the manual: not asked of a mail that a rule of the
            administrator has taken (C-1), nor in a box that only scans (C-5).
    """

    id: str
    name: str
    check: Check
    chapter: str
    always: bool = False
    of_manual: bool = False


def ask(policy: Sequence[PolicyRow], mail: Mail, facts: Facts) -> SoFar:
    """Ask the rules of `policy` in order, until one stops the chain."""
    so_far = SoFar()
    trace: list[TraceLine] = []
    for row in policy:
        if row.always or not (so_far.stopped or (so_far.alone and row.of_manual)):
            result = row.check(mail, facts, so_far)
            trace += _lines(so_far, row, result)
            so_far = _after(so_far, row, result)
    return replace(so_far, trace=tuple(trace))


def command_id(mail: Mail, rule: str, recipient: str) -> UUID:
    """Return the id of a command: always the same for the same command of the same mail."""
    return command_id_of(mail.mail_id, rule, recipient)


def _lines(so_far: SoFar, row: PolicyRow, result: Hit | Miss) -> Iterator[TraceLine]:
    """Yield what the trace says of a rule's result."""
    yield trace_line(row.id, row.name, hit=isinstance(result, Hit), reason=result.reason)
    for note in result.notes:
        yield trace_line(note.id, note.name, hit=note.applied, reason=note.reason)
    if isinstance(result, Hit) and (left_out := _left_out(so_far, result)):
        reason = said_many(
            "{n} command is left out: another of this mail has its id",
            "{n} commands are left out: others of this mail have their ids",
            left_out,
        )
        yield trace_line(row.id, row.name, hit=False, reason=reason)


def _left_out(so_far: SoFar, hit: Hit) -> int:
    both = so_far.commands + hit.commands
    return len(both) - len(_distinct(both))


def _after(so_far: SoFar, row: PolicyRow, result: Hit | Miss) -> SoFar:
    flags = tuple(dict.fromkeys(so_far.flags + result.flags))
    if isinstance(result, Miss):
        return replace(so_far, flags=flags) if result.flags else so_far
    return SoFar(
        words=so_far.words + result.words,
        commands=_distinct(so_far.commands + result.commands),
        direction=result.direction or so_far.direction,
        hits=so_far.hits | {row.name},
        stopped=so_far.stopped or result.stop,
        events=so_far.events + result.events,
        flags=flags,
        presets=result.presets or so_far.presets,
        mailbox=result.mailbox or so_far.mailbox,
        alone=so_far.alone or result.alone,
        confidential=so_far.confidential or result.confidential,
    )


def _distinct(commands: Sequence[AnyCommand]) -> tuple[AnyCommand, ...]:
    """Keep the first of commands with one id: two effects under one id could never be recorded."""
    by_id: dict[UUID, AnyCommand] = {}
    for command in commands:
        by_id.setdefault(command.command_id, command)
    return tuple(by_id.values())
