"""The typed commands that the classifier emits and the writer applies; a union by `kind`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.contracts.base import Contract
from shared.contracts.bounds import MAIL_VALUE_LENGTH, MAIL_VALUES
from shared.contracts.command import Command
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.events import EventState
from shared.contracts.line import Line
from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    RoleRef,
    UserRef,
)
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.xml_commands import PutContact, PutRelationship

Direction = Literal["incoming", "outgoing"]
Mark = Literal["do_not_send", "broken"]
"""Opt-out and undeliverable (manual, chapter 13)."""

MailText = Annotated[str, AfterValidator(lambda text: text[:MAIL_VALUE_LENGTH])]
"""A value of a template; what is too long for a mail is cut."""

MailTexts = Annotated[tuple[MailText, ...], Field(max_length=MAIL_VALUES)]
"""Several values of one name, such as comments."""


class CreateActivity(Command):
    """One activity from the mail's content (behaviours A-1 to A-5, T-1 to T-7).

    Attributes:
        responsible: The responsible person.
        other_contacts: Further known people the mail went to (A-2).
        scope: Roles that see the activity; empty means no scope (T-5).
        completed: True: the completion date is the date of the mail; False: pending (A-5).
        task_command: The `CreateTask` or `PutTask` of the same mail whose task the activity is
            linked to.
        by_envelope: The user is no recipient by To or Cc: the mail was forwarded from their
            mailbox. Even a duplicate makes such an activity, once (R-c).
        answers_to: Message-IDs of the mails before this one, the nearest first: without a token
            the activity inherits their assignment (A-6).
        flags: What a person should know before trusting it, as `sender not believed`.
        contact_of: Without a contact: the address that a command before may make one of (C-4).
    """

    kind: Literal["create_activity"] = "create_activity"
    responsible: UserRef
    type: ActivityTypeRef
    direction: Direction
    contact: ContactRef | None = None
    relationship: RelationshipRef | None = None
    other_contacts: tuple[ContactRef, ...] = ()
    contract: RecordRef | None = None
    order: RecordRef | None = None
    task: RecordRef | None = None
    opportunity: RecordRef | None = None
    scope: tuple[RoleRef, ...] = ()
    completed: bool
    task_command: UUID | None = None
    by_envelope: bool = False
    answers_to: tuple[str, ...] = ()
    flags: tuple[Line, ...] = ()
    contact_of: str | None = None


class CreateTask(Command):
    """One task from the mail's content (behaviour N-1), or of a problem (P-2).

    With a problem id the writer decides whether the task is made or updated (R-e).

    Attributes:
        contact, relationship: Whom it is for (E-7).
        contact_of: Without a contact: the address that a command before may make one of (C-4).
        by_customer: The sender may only change a task that his domain has made, under the contract
            that it has (S-8).
    """

    kind: Literal["create_task"] = "create_task"
    subject: str
    solvers: tuple[UserRef, ...]
    approver: UserRef | None
    contract: RecordRef | None = None
    problem_id: str | None = None
    status: str | None = None
    by_customer: bool = False
    contact: ContactRef | None = None
    contact_of: str | None = None
    relationship: RelationshipRef | None = None


class UpdateTask(Command):
    """The task of a problem as the classifier saw it; the writer decides (P-2, R-e).

    Attributes:
        task: The task that has the problem id.
        solvers, approver: Only used if the task has to be made after all.
        by_customer: As of `CreateTask`.
    """

    kind: Literal["update_task"] = "update_task"
    task: RecordRef
    subject: str
    solvers: tuple[UserRef, ...]
    approver: UserRef | None
    contract: RecordRef | None = None
    problem_id: str
    status: str
    by_customer: bool = False


class MarkReport(Contract):
    """By whose word an address is marked, and whether that is enough (behaviour S-7).

    Attributes:
        rule: Which rule has read it, as `R-2`.
        reporter: The sender's address; empty without one.
        believed: The mark may be made; else it is held for a person, unless the writer finds that
            the mail which came back is ours, too.
        original: Message-ID of the mail that came back.
        most_a_day: Above so many marks a day it is held all the same.
    """

    rule: Line
    reporter: Line = ""
    believed: bool
    original: str | None = None
    most_a_day: int | None = None


class MarkForbidden(Command):
    """No more mail to an address, or it does not work (behaviours B-1, B-2).

    Attributes:
        contacts, relationships: What is marked; both empty: the table of forbidden addresses.
        report: Who has told it; None: the holder of the address himself.
    """

    kind: Literal["mark_forbidden"] = "mark_forbidden"
    address: str
    mark: Mark
    contacts: tuple[ContactRef, ...] = ()
    relationships: tuple[RelationshipRef, ...] = ()
    report: MarkReport | None = None


class CountSoftBounce(Command):
    """A failure that is not the address's own; the third within 30 days marks it (B-3).

    Attributes:
        bounced_on: Day of the bounce in the box's zone.
        marks: What the classifier expects; the writer decides (R-e).
        report: Who has told it.
    """

    kind: Literal["count_soft_bounce"] = "count_soft_bounce"
    address: str
    bounced_on: date
    contacts: tuple[ContactRef, ...] = ()
    relationships: tuple[RelationshipRef, ...] = ()
    marks: bool = False
    report: MarkReport | None = None


class UpsertInvitation(Command, EventState):
    """The state of an event for one user; the writer decides what counts (V2-1, V2-2, R-e).

    Messages of earlier versions carry it; now an `ApplyEvent` stands for it.

    Attributes:
        flags: Those of the mail.
    """

    kind: Literal["upsert_invitation"] = "upsert_invitation"
    user: UserRef
    flags: tuple[Line, ...] = ()


class ApplyEvent(Command):
    """The same by reference, so that texts and attendees travel once a mail.

    Attributes:
        event: Its place among the events of the mail's content.
        flags: Those of the mail.
    """

    kind: Literal["apply_event"] = "apply_event"
    user: UserRef
    event: int = Field(ge=0)
    flags: tuple[Line, ...] = ()

    def of(self, event: EventState) -> UpsertInvitation:
        """Return the command with all that `event` says."""
        return UpsertInvitation(
            command_id=self.command_id, user=self.user, flags=self.flags, **dict(event)
        )


class LinkActivity(Command):
    """Link an activity whose mail's sender or recipient has entered the address book since (A-2).

    An operator's, so no message carries it.

    Attributes:
        activity: Its id.
        had_relationship: The company that it was linked to before.
    """

    kind: Literal["link_activity"] = "link_activity"
    activity: int
    contact: ContactRef | None
    relationship: RelationshipRef | None
    had_relationship: int | None = None


class AssignActivity(Command):
    """Assign an activity as that of another mail of its thread is, which came later (A-6).

    The writer's own, so no message carries it.

    Attributes:
        activity: Its id.
        mail_id: The mail that it is of.
        like: The mail that passes on what it is assigned to.
        records: Ids by the kind of the record.
    """

    kind: Literal["assign_activity"] = "assign_activity"
    activity: int
    mail_id: UUID
    like: UUID
    records: Mapping[str, int]


class SendMail(Command):
    """One mail to one recipient, made by a template and sent by the mailer (behaviour M-1).

    Attributes:
        name: Tells apart the mails that one mail causes, such as `support`.
        recipient: From the ERP or the configuration, or the address that an answer goes back to;
            never out of a mail's text.
        template: Name of the template.
        values: What the template is filled with.
        attach_original: Whether the mail that causes it is attached to it.
        answers_to: Message-IDs of the mails before it, the nearest first.
        task: The task that it is about: an answer to it is filed there.
        task_command: The command of the same mail whose task that is. With either the
            template gets the task's number as `task_number`.
        automatic: No person asked for it: an address gets at most five of these in two hours, and
            automatic mail none.
    """

    kind: Literal["send_mail"] = "send_mail"
    name: Line
    recipient: Annotated[Line, Field(min_length=3, max_length=320)]
    template: Annotated[Line, Field(max_length=50)]
    values: dict[str, MailText | MailTexts] = Field(default_factory=dict, max_length=MAIL_VALUES)
    attach_original: bool = False
    answers_to: tuple[str, ...] = ()
    task: RecordRef | None = None
    task_command: UUID | None = None
    automatic: bool = False


AnyCommand = Annotated[
    CreateActivity
    | CreateTask
    | UpdateTask
    | MarkForbidden
    | CountSoftBounce
    | UpsertInvitation
    | ApplyEvent
    | SendMail
    | CreateContact
    | PutTask
    | CommentTask
    | PutRelationship
    | PutContact,
    Field(discriminator="kind"),
]
