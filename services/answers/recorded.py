"""A mail as it was recorded: the decision of then, and what has come of it (behaviour O-9)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select

from services.answers.cause_of_difference import SAME, Compared
from services.answers.journal import JournalMail, read_mails
from services.answers.made import Made, made_by
from services.assembly.composition import Erp
from shared.contracts.content import TraceLine
from shared.contracts.mailbox_actions import MailboxActions, noted_actions
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import event_table, journal_table, reference_table
from shared.netgenium.schema.inspection import require_own_tables

_MOST_RELATED = 20

StepName = Literal["arrived", "backed_up", "recorded", "undone", "released", "refused"]
Relation = Literal["same_message_id", "same_key", "answers", "answered_by"]
_STEPS: Mapping[str, StepName] = {
    "undone": "undone",
    "released": "released",
    "refused": "refused",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a mail.

    Attributes:
        what: Which step.
        at: When.
        words: What was said of it then, as a verdict.
    """

    what: StepName
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another mail, and how it belongs to this one.

    Attributes:
        relation: `answers`: this mail answers or returns it; `answered_by`: the other way round.
    """

    relation: Relation
    mail: JournalMail


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that is known of a mail.

    Attributes:
        trace: Every rule that was asked, as recorded.
        commands: What was to be done, as recorded: JSON; None: by an earlier version.
        mailbox: What rules wanted done with it in its box; None: nothing.
    """

    mail: JournalMail
    trace: tuple[TraceLine, ...]
    made: Sequence[Made]
    timeline: Sequence[Step]
    related: Sequence[Related]
    commands: str | None
    mailbox: MailboxActions | None


@dataclass(frozen=True, slots=True)
class Today:
    """What would be decided now.

    Attributes:
        compared: In what something else would come of the mail, and why.
        error: Why it cannot be told; then the rest says nothing.
    """

    verdict: tuple[str, ...] = ()
    compared: Compared = SAME
    error: str = ""

    @property
    def differs(self) -> bool:
        """Whether something else would come of the mail."""
        return bool(self.compared.differences)


def recorded(erp: Erp, data: Path, mail_id: UUID) -> Recorded | None:
    """Read what was recorded of a mail; None if it is not in the journal.

    Raises:
        TransientError: The database is unreachable.
        ConfigurationError: `init-db` has not run, or an upgrade is due.
    """
    require_own_tables(erp.engine)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        mail = next(read_mails(connection, [mail_id]), None)
        if mail is None:
            return None
        own = journal_table.c
        row = connection.execute(
            select(own.trace, own.commands, own.message_key, own.mailbox).where(
                own.mail_id == mail_id
            )
        ).one()
        return Recorded(
            mail=mail,
            trace=tuple(TraceLine.read(line) for line in json.loads(row.trace)),
            made=made_by(connection, erp.tables, [mail_id]).get(mail_id, ()),
            timeline=sorted(_timeline(connection, mail, data), key=lambda step: step.at),
            related=list(_related(connection, mail, row.message_key)),
            commands=row.commands,
            mailbox=noted_actions(row.mailbox),
        )


def _timeline(connection: Connection, mail: JournalMail, data: Path) -> Iterator[Step]:
    yield Step("arrived", mail.received_at)
    backup = data / mail.backup
    if backup.is_file():
        yield Step("backed_up", datetime.fromtimestamp(backup.stat().st_mtime, UTC))
    own = event_table.c
    query = select(own.stage, own.happened_at, own.what).where(own.cause_id == mail.mail_id)
    events = connection.execute(query).all()
    if not any(row.stage == "recorded" for row in events):
        yield Step("recorded", mail.recorded_at)
    for row in events:
        yield Step(_STEPS.get(row.stage, "recorded"), row.happened_at, row.what)


def _related(connection: Connection, mail: JournalMail, key: str | None) -> Iterator[Related]:
    own, reference = journal_table.c, reference_table.c
    ways: list[tuple[Relation, ColumnElement[bool]]] = [
        ("same_key", own.identification_key == mail.key)
    ]
    answered = select(reference.message_key).where(reference.mail_id == mail.mail_id)
    ways.append(("answers", own.message_key.in_(answered)))
    if key:
        answers = select(reference.mail_id).where(reference.message_key == key)
        ways = [("same_message_id", own.message_key == key), *ways]
        ways.append(("answered_by", own.mail_id.in_(answers)))
    seen = {mail.mail_id}
    for relation, condition in ways:
        query = select(own.mail_id).where(condition).order_by(own.received_at, own.mail_id)
        ids = [one for one in connection.scalars(query.limit(_MOST_RELATED)) if one not in seen]
        seen.update(ids)
        for other in read_mails(connection, ids):
            yield Related(relation, other)
