"""The made-up mails of a rehearsal: every kind of command, and texts longer than any column."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from shared.backup.store import BackupStore
from shared.contracts.commands import (
    AnyCommand,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    Mark,
    MarkForbidden,
    SendMail,
    UpdateTask,
    UpsertInvitation,
)
from shared.contracts.content import MailContent, PartRef
from shared.contracts.conversation_commands import CommentTask
from shared.contracts.events import Invited
from shared.contracts.messages import MailClassified
from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    RoleRef,
    UserRef,
)
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.verdict import Word
from shared.contracts.xml_commands import PutContact, PutRelationship

DOMAIN = "crmservice.invalid"
"""A domain that nobody can have (RFC 2606)."""

_LONG = "Žluťoučký kůň \U0001f40e úpěl ďábelské ódy. " * 60
_MEMO = _LONG * 40
_FILE = b"A file of the rehearsal."
_KEY = f"rehearsal@{DOMAIN}"


@dataclass
class MadeUp:
    """Makes mails about records that are there.

    Attributes:
        backup: Holds the one made-up backup.
        ids: Of one record of each kind that has any.
        email: Of that user.
    """

    backup: BackupStore
    ids: Mapping[str, int]
    email: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    problem: str = field(default_factory=lambda: f"R{uuid4().hex[:20]}")
    event: str = field(default_factory=lambda: f"{uuid4()}@{DOMAIN}")

    def mail(self, *commands: AnyCommand, again: MailClassified | None = None) -> MailClassified:
        """Return a mail with `commands`; with `again` a replay of that one."""
        mail_id = again.mail_id if again else uuid4()
        return MailClassified(
            mail_id=mail_id,
            box="rehearsal",
            source="rehearsal",
            received_at=self.now,
            content_sha256=_digest(mail_id.bytes),
            backup_key=self.file.backup_key,
            key=again.key if again else _digest(mail_id.bytes),
            body_sha256=_digest(_FILE),
            subject=_LONG,
            sender=f"{'s' * 400}@{DOMAIN}",
            message_id=_message_id(mail_id),
            verdict=(Word.PROCESSED,),
            direction="incoming",
            trace=(),
            commands=commands,
            content=self._content(mail_id),
            again=again is not None,
        )

    def copy(self, mail: MailClassified) -> MailClassified:
        """Return the same mail once more, under another id: a duplicate."""
        return mail.model_copy(update={"mail_id": uuid4(), "commands": ()})

    @cached_property
    def file(self) -> PartRef:
        """The file that every mail has; it is the whole of the made-up backup."""
        (backup_key,) = self.backup.write([(UUID(int=0), _FILE)], self.now.date())
        return PartRef(
            backup_key=backup_key,
            start=0,
            end=len(_FILE),
            encoding="identity",
            name=f"{'n' * 400}.txt",
            content_type=f"text/{'t' * 200}",
            size=len(_FILE),
            sha256=_digest(_FILE),
        )

    def activity(self, answered: MailClassified | None = None, **more: UUID) -> CreateActivity:
        """Make an activity with every link that has a record; `more` may name a task's command."""
        contact = self._contact()
        return CreateActivity(
            command_id=uuid4(),
            responsible=self._user(),
            type=ActivityTypeRef(id=self.ids.get("activity_type"), name="rehearsal"),
            direction="incoming",
            contact=contact,
            relationship=self._relationship(),
            other_contacts=(contact,) if contact else (),
            contract=self._record("contract"),
            order=self._record("order"),
            task=None if more else self._record("task"),
            opportunity=self._record("opportunity"),
            scope=(RoleRef(id=self.ids["role"], name="rehearsal"),) if "role" in self.ids else (),
            completed=True,
            answers_to=(str(answered.message_id),) if answered else (),
            task_command=more.get("task_command"),
        )

    def task(self, problem: str | None = None) -> CreateTask:
        """Return a new task, perhaps of a problem."""
        return CreateTask(
            command_id=uuid4(),
            subject=_LONG,
            solvers=(self._user(),),
            approver=self._user(),
            contract=self._record("contract"),
            problem_id=problem,
            status="rehearsal" if problem else None,
        )

    def task_of_the_problem_again(self) -> UpdateTask:
        """Update the problem's task, which the writer finds by the problem's id."""
        return UpdateTask(
            command_id=uuid4(),
            task=RecordRef(id=0, number="0"),
            subject=_LONG,
            solvers=(self._user(),),
            approver=self._user(),
            contract=self._record("contract"),
            problem_id=self.problem,
            status="rehearsed",
        )

    def mark(self, mark: Mark, *entities: str) -> MarkForbidden:
        """Return a mark of records, or without any of an address that nobody has."""
        contact, relationship = self._contact(), self._relationship()
        return MarkForbidden(
            command_id=uuid4(),
            address=_KEY,
            mark=mark,
            contacts=(contact,) if contact and "contact" in entities else (),
            relationships=(relationship,) if relationship and "relationship" in entities else (),
        )

    def outgoing(self, about: CreateTask) -> SendMail:
        """Return a mail about a new task of the same mail; nothing of a rehearsal is ever sent."""
        return SendMail(
            command_id=uuid4(),
            name="rehearsal",
            recipient=_KEY,
            template="rehearsal",
            values={"text": _LONG},
            task_command=about.command_id,
            automatic=True,
        )

    def comment(self) -> CommentTask | None:
        """Return a comment on the task that is there."""
        task = self._record("task")
        return CommentTask(command_id=uuid4(), task=task, text=_MEMO) if task else None

    def entries(self) -> tuple[PutRelationship, PutContact]:
        """Return a company and a person in it, as XML mail makes and then changes them."""
        company = PutRelationship(
            command_id=uuid4(), name=_LONG, new_name=f"{_LONG}2", emails=(_KEY,), domains=(DOMAIN,)
        )
        return company, PutContact(
            command_id=uuid4(),
            address=_KEY,
            first_name=_LONG,
            last_name=_LONG,
            relationship_of=_LONG,
        )

    def contact_of_rule(self) -> CreateContact | None:
        """Return a contact in an existing company, as a rule of the administrator makes it."""
        company, address = self._relationship(), f"rule.{_KEY}"
        if company is None:
            return None
        return CreateContact(
            command_id=uuid4(), address=address, last_name=_LONG, relationship=company
        )

    def task_of_rule(self) -> PutTask:
        """Return a task as a rule makes it; a second one means the first, and changes it."""
        return PutTask(
            command_id=uuid4(),
            subject=f"Rehearsal {self.problem}",
            same_contact=False,
            contact=self._contact(),
            values={"status": "rehearsed", "priority": _LONG},
            solvers=(self._user(),),
            contract=self._record("contract"),
        )

    def soft_bounces(self) -> Sequence[CountSoftBounce]:
        """Make three soft bounces on different days: the last one marks."""
        days = [self.now.date() - timedelta(days=days) for days in (3, 2, 1)]
        return [
            CountSoftBounce(command_id=uuid4(), address=f"soft.{_KEY}", bounced_on=day)
            for day in days
        ]

    def invitation(self, method: str, sequence: int = 0) -> UpsertInvitation:
        """Return a state of the one made-up event."""
        organizer = f"organizer@{DOMAIN}"
        return UpsertInvitation(
            command_id=uuid4(),
            user=self._user(),
            uid=self.event,
            recurrence_id=None,
            method=method,
            sequence=sequence,
            stamp=self.now + timedelta(minutes=sequence),
            start=f"{self.now + timedelta(days=sequence):%Y-%m-%dT%H:%M:%SZ}",
            end=f"{self.now + timedelta(days=sequence, hours=1):%Y-%m-%dT%H:%M:%SZ}",
            all_day=False,
            location=_LONG,
            summary=_LONG,
            organizer=organizer,
            attendees=(Invited(address=self.email, answer="ACCEPTED"),),
            rule="FREQ=WEEKLY;COUNT=10",
            sender=self.email if method == "REPLY" else organizer,
            trust="proven",
        )

    def _content(self, mail_id: UUID) -> MailContent:
        return MailContent(
            subject=_LONG,
            text=_MEMO,
            html=f"<p>{_MEMO}</p>",
            sent_at=self.now,
            sender=f"sender@{DOMAIN}",
            to=(self.email,) * 200,
            cc=(self.email,) * 200,
            message_id=_message_id(mail_id),
            attachments=(self.file,),
        )

    def _user(self) -> UserRef:
        return UserRef(id=self.ids.get("user", 1), email=self.email)

    def _contact(self) -> ContactRef | None:
        found = self.ids.get("contact")
        return ContactRef(id=found, email=_KEY) if found else None

    def _relationship(self) -> RelationshipRef | None:
        found = self.ids.get("relationship")
        return RelationshipRef(id=found, name="rehearsal") if found else None

    def _record(self, entity: str) -> RecordRef | None:
        found = self.ids.get(entity)
        return RecordRef(id=found, number="rehearsal") if found else None


def _message_id(mail_id: UUID) -> str:
    return f"<{mail_id}.{'m' * 600}@{DOMAIN}>"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
