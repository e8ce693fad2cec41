"""What the actions of rules work on, and what one of them comes to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.classifier.custom.mail_fields import MailFields
from services.classifier.facts.facts import Facts
from services.classifier.outcome.presets import Presets
from services.classifier.reading.mail import Mail
from shared.contracts.commands import AnyCommand
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.said import Said
from shared.domain.notes import Note

ABOUT = "custom_rules"


@dataclass(frozen=True, slots=True)
class ActionStep:
    """What one action comes to.

    Attributes:
        presets, mailbox: What they are from now on; None: as before.
        ignored: The mail makes no activity.
    """

    commands: tuple[AnyCommand, ...] = ()
    words: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    presets: Presets | None = None
    mailbox: MailboxActions | None = None
    pulled: Mapping[str, str] | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Doing:
    """A mail while the actions of rules are carried out.

    Attributes:
        before: Commands of the rules before.
        rule: Name of the rule at hand.
        pulled: Values for the next task of the rule.
    """

    mail: Mail
    facts: Facts
    fields: MailFields
    before: tuple[AnyCommand, ...]
    rule: str = ""
    commands: tuple[AnyCommand, ...] = ()
    words: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    presets: Presets | None = None
    mailbox: MailboxActions | None = None
    pulled: Mapping[str, str] = field(default_factory=dict)
    ignored: bool = False

    @property
    def all_commands(self) -> tuple[AnyCommand, ...]:
        """Those of the mail so far, whoever has given them."""
        return self.before + self.commands

    def after(self, step: ActionStep) -> "Doing":
        """Return the state after a step."""
        return replace(
            self,
            commands=self.commands + step.commands,
            words=self.words + step.words,
            notes=self.notes + step.notes,
            presets=step.presets or self.presets,
            mailbox=step.mailbox or self.mailbox,
            pulled=self.pulled if step.pulled is None else step.pulled,
            ignored=self.ignored or step.ignored,
        )


def noted(reason: Said, *, done: bool = False) -> ActionStep:
    """Return a step that does nothing but say so, or is done and says how."""
    return ActionStep(notes=(note(reason, done=done),))


def note(reason: Said, *, done: bool) -> Note:
    """Return a line of the trace about an action."""
    return Note("C-2", ABOUT, done, reason)
