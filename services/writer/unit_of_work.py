"""The unit of work: collects the rows of a group of mails and writes them table by table.

Handlers add rows and may refer to rows that are not written yet. `flush` writes everything in a
few statements, however many mails the group has, and records which command made which row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, insert, update

from services.writer.change_rows import write_changes
from services.writer.earlier import EarlierMails
from services.writer.outcome import Outcome
from shared.contracts.cause import Cause
from shared.contracts.commands import AnyCommand
from shared.contracts.flags import NOT_BELIEVED
from shared.contracts.messages import MailClassified
from shared.domain.threads import Correspondents, Origin, counting
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.own.outbox import Posted, write_outbox
from shared.netgenium.own.tables import effect_table, soft_bounce_table
from shared.netgenium.queries.recorded import ASSIGNMENTS
from shared.netgenium.schema.catalogue import writing_order
from shared.netgenium.schema.tables import ErpTables, ManyTable


@dataclass(slots=True, eq=False)
class NewRow:
    """A row that is to be written.

    Attributes:
        id: Known once it is written.
    """

    entity: str
    values: dict[str, object]
    many: Mapping[str, Sequence[object]]
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Which command of which cause made which row."""

    cause: Cause
    command: AnyCommand
    row: NewRow
    kind: str


@dataclass(frozen=True, slots=True)
class Filed:
    """An activity that the files of a mail belong to."""

    mail: MailClassified
    row: NewRow


@dataclass(slots=True)
class UnitOfWork:
    """The rows of one transaction: the one way in which handlers write records of the ERP.

    `add` collects rows that are written together; `insert` and `update` write at once, where a
    handler reads later what it has written. All of them leave out what the mapping does not have.

    Attributes:
        now: When the transaction began.
        earlier: What earlier mails have left.
        task_numbers: The numbers of new tasks.
        outcome: What the handlers decided about each mail.
        posted: Mail that is to be sent.
        changes: Rows of the record of changes, in order, without their number.
        filed: Activities whose files are stored when they are written.
        soft_bounces: Rows of the soft bounces counted.
        held_marks: Rows of the marks held for a person.
    """

    connection: Connection
    erp: ErpTables
    now: datetime
    earlier: EarlierMails = field(default_factory=EarlierMails)
    task_numbers: Iterator[str] = field(default_factory=lambda: iter(()))
    outcome: Outcome = field(default_factory=Outcome)
    rows: dict[str, list[NewRow]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    filed: list[Filed] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    changes: list[Mapping[str, Any]] = field(default_factory=list)
    soft_bounces: list[Mapping[str, Any]] = field(default_factory=list)
    held_marks: list[dict[str, Any]] = field(default_factory=list)
    _made: dict[UUID, NewRow] = field(default_factory=dict)
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def add(  # noqa: PLR0913 - a row is all of this
        self,
        cause: Cause,
        command: AnyCommand,
        entity: str,
        values: Mapping[str, object],
        many: Mapping[str, Sequence[object]],
        *,
        kind: str | None = None,
    ) -> NewRow:
        """Add the row that `command` makes.

        A value may be a row that is still to be written. `kind` is what was done, if that is not
        what the command is called.
        """
        row = NewRow(entity, self.erp.mapped(entity, values), self.erp.mapped(entity, many))
        self.rows.setdefault(entity, []).append(row)
        self.effects.append(Effect(cause, command, row, kind or command.kind))
        self._made[command.command_id] = row
        return row

    def made_by(self, command_id: UUID) -> NewRow | None:
        """Return the row that the command with this id makes, or writes, in this unit."""
        return self._made.get(command_id)

    def assigned_like(
        self, answers_to: Sequence[str], correspondents: Correspondents
    ) -> Mapping[str, object]:
        """Return what the nearest of these mails is assigned to, by kind; of this unit's, too.

        Of several mails with one Message-ID those of the participants count (S-6).
        """
        for message_id in answers_to:
            found = [*self._assigned_here(message_id), *self._assigned_before(message_id)]
            counts = counting([origin for origin, _ in found], correspondents)
            for (_, ids), one_counts in zip(found, counts, strict=True):
                if one_counts and ids:
                    return ids
        return {}

    def _assigned_here(self, message_id: str) -> Iterator[tuple[Origin, Mapping[str, object]]]:
        for filed in self.filed:
            mail = filed.mail
            if mail.message_id == message_id:
                found = {kind: filed.row.values.get(kind) for kind in ASSIGNMENTS}
                ids = {kind: one for kind, one in found.items() if one is not None}
                yield Origin(mail.sender or "", NOT_BELIEVED not in mail.flags), ids

    def _assigned_before(self, message_id: str) -> Iterator[tuple[Origin, Mapping[str, object]]]:
        for one in self.earlier.threads.get(message_id, ()):
            yield one.origin, one.ids

    def touched(  # noqa: PLR0913 - as `add`
        self,
        cause: Cause,
        command: AnyCommand,
        entity: str,
        record_id: int,
        *,
        kind: str | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        """Remember that `command` has written a record that is there already.

        Others ask for it by `made_by`, with those of its `values` that are given here.
        """
        row = NewRow(entity, dict(values or {}), {}, record_id)
        self.effects.append(Effect(cause, command, row, kind or command.kind))
        self._made[command.command_id] = row

    def mail(self, posted: Posted) -> None:
        """Have a mail sent once everything here is committed, or not at all.

        Its task, and a value of its template, may be a row that is still to be written.
        """
        self.posted.append(posted)

    def insert(self, entity: str, values: Mapping[str, object]) -> int:
        """Write one row now; return its id."""
        strategy = self.erp.mapping.ids.strategy
        row = self.erp.mapped(entity, values)
        (new_id,) = insert_rows(self.connection, self.erp.table(entity), [row], strategy)
        return new_id

    def update(self, entity: str, record_id: int, values: Mapping[str, object]) -> None:
        """Set fields of a record now."""
        table = self.erp.table(entity)
        if mapped := self.erp.mapped(entity, values):
            self.connection.execute(update(table).where(table.c.id == record_id).values(mapped))

    def insert_all(self, entity: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Write rows whose ids nobody asks for; they have the same fields."""
        mapped = [self.erp.mapped(entity, row) for row in rows]
        self.append(self.erp.table(entity), mapped)

    def afterwards(self, work: Callable[[], None]) -> None:
        """Do something once the rows have their ids."""
        self._afterwards.append(work)

    def write(self, entity: str) -> None:
        """Write the rows of `entity` that are still to be written."""
        self._write(entity, [row for row in self.rows.get(entity, []) if row.id is None])

    def flush(self) -> None:
        """Write all rows, their lists and the effects; the rows know their ids afterwards.

        Rows with keys that another writer may have, too, are written in the order of their keys:
        of two writers of the same mails one waits, never each for the other.
        """
        for entity in writing_order():
            self.write(entity)
        for work in self._afterwards:
            work()
        write_changes(self.connection, self.changes)
        self._insert_sorted(soft_bounce_table, self.soft_bounces)
        self._insert_sorted(held_mark_table, self.held_marks)
        self._insert_sorted(effect_table, [_effect(effect) for effect in self.effects])
        write_outbox(self.connection, [_filled(one) for one in self.posted], self.now)

    def _insert_sorted(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        if in_order := sorted(map(dict, rows), key=lambda row: row["command_id"]):
            self.connection.execute(insert(table), in_order)

    def _write(self, entity: str, rows: Sequence[NewRow]) -> None:
        if not rows:
            return
        values = [self._values(row) for row in rows]
        ids = insert_rows(
            self.connection, self.erp.table(entity), values, self.erp.mapping.ids.strategy
        )
        for row, new_id in zip(rows, ids, strict=True):
            row.id = new_id
        for name in rows[0].many:
            self._write_list(entity, name, rows)

    def _values(self, row: NewRow) -> dict[str, object]:
        """Return values to insert: written rows by their id, lists that are columns of the row."""
        values = _written(row.values)
        for name, listed in row.many.items():
            places = self.erp.many(row.entity, name)
            if not isinstance(places, ManyTable):
                keys = [column.key for column in places.columns]
                values |= dict.fromkeys(keys) | dict(zip(keys, listed, strict=False))
        return values

    def _write_list(self, entity: str, name: str, rows: Iterable[NewRow]) -> None:
        places = self.erp.many(entity, name)
        if not isinstance(places, ManyTable):
            return
        links = [{"owner": row.id, "value": value} for row in rows for value in row.many[name]]
        self.append(places.table, links)

    def append(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows whose ids nobody asks for: quicker where the database numbers them."""
        strategy = self.erp.mapping.ids.strategy
        if strategy == "identity" or "id" not in table.c:
            if rows:
                self.connection.execute(insert(table), [dict(row) for row in rows])
        else:
            insert_rows(self.connection, table, rows, strategy)


def _written(values: Mapping[str, object]) -> dict[str, object]:
    """Return rows among `values` by the ids that they have got."""
    return {
        name: value.id if isinstance(value, NewRow) else value for name, value in values.items()
    }


def _filled(posted: Posted) -> Posted:
    mail = posted.mail
    task = _written({"task": mail.task})["task"]
    return posted._replace(mail=replace(mail, values=_written(mail.values), task=task))


def _effect(effect: Effect) -> dict[str, object]:
    return {
        "command_id": effect.command.command_id,
        "cause_id": effect.cause.id,
        "cause_kind": effect.cause.kind,
        "kind": effect.kind,
        "entity": effect.row.entity,
        "record_id": effect.row.id,
    }
