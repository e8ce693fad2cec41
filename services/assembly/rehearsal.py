"""The rehearsal: every kind of statement that the mapping leads to, in one transaction, undone.

The real classifier and the real writer work on made-up mails; each step is a savepoint, so that
one fault does not hide the next. Files go to a folder of its own that is removed; of the ERP
nothing changes but the numbers that identity columns and generators have given away.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from services.assembly.classifying import classifier_stage
from services.assembly.composition import Erp
from services.assembly.rehearsal_mails import DOMAIN, MadeUp
from services.assembly.writing import writer_stage
from services.writer.undo import undo_mail
from shared.backup.store import BackupStore
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched
from shared.errors import CRMServiceError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.database.locks import hold
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.database.rehearsal import rehearsed
from shared.netgenium.schema.tables import ErpTables
from shared.settings.box import Box

_REFERRED_TO = (
    "user",
    "role",
    "contact",
    "relationship",
    "contract",
    "order",
    "task",
    "opportunity",
    "activity_type",
)
_TOKENS = ("", "Contract:1", "Order:1", "Task:1", "Opo:1")
_STATEMENT_LENGTH = 300

Step = tuple[str, Callable[[], object]]
Group = tuple[str, *tuple[MailClassified, ...]]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One step, and what became of it.

    Attributes:
        step: What was tried.
        error: Why it failed; None: it works.
        statement: What the database refused, without any value.
    """

    step: str
    error: CRMServiceError | None = None
    statement: str = ""


def rehearse(erp: Erp) -> Iterator[Rehearsed]:
    """Try every step; a fault does not hide the next one, as far as the database goes on.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: The records to refer to cannot be read.
    """
    temporary = TemporaryDirectory(prefix="crmservice-rehearsal-")
    with temporary as folder, rehearsed(erp.engine) as rehearsal:
        stage = Stages(replace(erp, engine=rehearsal.engine), Path(folder))
        with write_transaction(rehearsal.engine) as connection:
            made_up = _made_up(connection, erp.tables, stage.backup)
        for name, try_it in _steps(made_up, stage):
            yield _tried(name, try_it)
            if not rehearsal.goes_on:
                return


@dataclass(frozen=True, slots=True)
class Stages:
    """The real stages, in a folder that is removed afterwards.

    Attributes:
        erp: Its engine is a rehearsed one.
    """

    erp: Erp
    folder: Path

    @property
    def engine(self) -> Engine:
        """The rehearsed one."""
        return self.erp.engine

    @property
    def backup(self) -> BackupStore:
        """Where the made-up backup lies."""
        return BackupStore(self.folder)

    def classify(self, email: str) -> None:
        """Look up what the rules ask about mails from and to `email`, with every kind of number."""
        stage = classifier_stage([self._box()], self.erp, self.folder)
        ways = ((email, f"customer@{DOMAIN}"), (f"customer@{DOMAIN}", email))
        stage.handle([_raw(*way, token) for way in ways for token in _TOKENS])

    def write(self, *mails: MailClassified) -> None:
        """Apply what `mails` ask for, as one group."""
        writer_stage([self._box()], self.erp, self.folder).handle(mails)

    def undo(self, *mails: MailClassified) -> None:
        """Take back what `mails` have changed."""
        with write_transaction(self.engine) as connection:
            for mail in mails:
                undo_mail(connection, self.erp.tables, mail.mail_id, "rehearsal", datetime.now(UTC))

    def lock(self) -> None:
        """Take a lock whose row is still to be made, and take it again."""
        with write_transaction(self.engine) as connection:
            for _ in range(2):
                hold(connection, f"rehearsal {uuid4().hex}"[:63])

    def _box(self) -> Box:
        root = self.folder / "erp"
        root.mkdir(exist_ok=True)
        zone = ZoneInfo("Europe/Prague")
        return Box(name="rehearsal", email=f"box@{DOMAIN}", root_path=str(root), time_zone=zone)


def _steps(made_up: MadeUp, stage: Stages) -> Iterator[Step]:
    """Yield the steps in their order: later ones change what earlier ones have made."""
    yield "look-up of addresses, numbers and threads", partial(stage.classify, made_up.email)
    yield "lock", stage.lock
    groups = list(_groups(made_up, invitations=stage.erp.tables.has("invitation")))
    for name, *mails in groups:
        yield name, partial(stage.write, *mails)
    everything = [mail for _, *mails in reversed(groups) for mail in mails]
    yield "undo", partial(stage.undo, *everything)


def _groups(made_up: MadeUp, *, invitations: bool) -> Iterator[Group]:
    """Yield mails that the writer takes together."""
    mail = made_up.mail
    yield "mail without a record", mail()
    first, task = mail(made_up.activity(), made_up.activity()), made_up.task()
    yield "activities with lists and files", first, mail(made_up.activity(answered=first))
    yield (
        "task with its activity",
        mail(task, made_up.activity(task_command=task.command_id)),
    )
    about = made_up.task()
    yield "mail to be sent", mail(about, made_up.outgoing(about))
    if comment := made_up.comment():
        yield "comment on a task", mail(comment)
    yield "company and contact", mail(*made_up.entries())
    if contact := made_up.contact_of_rule():
        yield "contact of a rule", mail(contact)
    yield "task of a rule", mail(made_up.task_of_rule())
    yield "task of a rule, changed", mail(made_up.task_of_rule())
    yield "task of a problem", mail(made_up.task(made_up.problem))
    yield "task of a problem, changed", mail(made_up.task_of_the_problem_again())
    for what in ("contact", "relationship"):
        if what in made_up.ids:
            marks = made_up.mark("do_not_send", what), made_up.mark("broken", what)
            yield f"marks of a {what}", mail(*marks)
    yield "forbidden address", mail(made_up.mark("do_not_send"), made_up.mark("broken"))
    yield "soft bounces", mail(*made_up.soft_bounces())
    if invitations:
        for method, sequence in (("REQUEST", 0), ("REQUEST", 1), ("REPLY", 1), ("CANCEL", 2)):
            yield f"invitation, {method} {sequence}", mail(made_up.invitation(method, sequence))
    yield "duplicate", made_up.copy(first)
    yield "replay", mail(made_up.activity(), again=first)


def _tried(name: str, try_it: Callable[[], object]) -> Rehearsed:
    try:
        try_it()
    except CRMServiceError as error:
        return Rehearsed(name, error, _statement(error))
    return Rehearsed(name)


def _statement(error: BaseException) -> str:
    """Return what the database refused; its values are nowhere in it."""
    refused = error.__cause__
    statement = refused.statement if isinstance(refused, DBAPIError) else None
    return " ".join((statement or "").split())[:_STATEMENT_LENGTH]


def _made_up(connection: Connection, erp: ErpTables, backup: BackupStore) -> MadeUp:
    ids = _existing(connection, erp)
    user = ids.get("user")
    emails = values_by_owner(connection, erp, "user", "emails", [user] if user else [])
    return MadeUp(backup, ids, next(iter(emails.get(user or 0, ())), f"user@{DOMAIN}"))


def _existing(connection: Connection, erp: ErpTables) -> Mapping[str, int]:
    """Return one record of each kind that has any: a reference may have to lead somewhere."""
    found: dict[str, int] = {}
    for entity in _REFERRED_TO:
        if erp.has(entity):
            record = erp.table(entity).c.id
            first = connection.scalar(select(record).order_by(record).limit(1))
            found |= {entity: first} if first is not None else {}
    return found


def _raw(sender: str, to: str, token: str) -> FetchedMail:
    mail_id, now = uuid4(), datetime.now(UTC)
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {token}",
        f"Message-ID: <{mail_id}@{DOMAIN}>",
        f"In-Reply-To: <{uuid4()}@{DOMAIN}>",
        "",
        token,
    ]
    raw = "\r\n".join(lines).encode()
    fetched = MailFetched(
        mail_id=mail_id,
        box="rehearsal",
        source="rehearsal",
        received_at=now,
        size=len(raw),
        sha256=mail_id.hex * 2,
        backup_key=f"POP3Downloads/{now:%Y-%m-%d}/{mail_id}.eml",
    )
    return FetchedMail(fetched, raw)
