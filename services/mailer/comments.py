"""Comments that people have flagged for the customer become mail, once (behaviour E-2).

The row of the outbox and the mark `sent_on` of the comment are written in one transaction, so a
comment whose mark stands is on its way, and one without is looked at again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, null, select, update

from services.mailer.outbox_mail import COMMENT
from services.mailer.threads import read_before
from shared.contracts.cause import Cause
from shared.contracts.said import Said, said
from shared.domain.addresses import comparable, is_valid_address
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.database.locks import hold, lock_for
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox
from shared.netgenium.schema.tables import ErpTables

NEEDED = (("task_comment", "for_customer"), ("task_comment", "sent_on"), ("task", "contact"))
"""What of the ERP comments for customers need."""

_AT_ONCE = 50
_QUOTED = 3
_POSTING = lock_for("mailer", "comments")


@dataclass(frozen=True, slots=True)
class _Found:
    """Comments that wait, with who gets them."""

    rows: Sequence[Row[Any]]
    contacts: Mapping[int, Sequence[str]]
    watchers: Mapping[int, Sequence[str]]
    authors: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of the ERP that wait to be mailed.

    Attributes:
        engine: The database.
        erp: Its mapped tables.
        box: Name of the box that sends them.
        boxes: Addresses of the boxes, which get none.
        report: Is told of comments that can be sent to nobody.
    """

    engine: Engine
    erp: ErpTables
    box: str
    boxes: frozenset[str]
    report: Callable[[str, Said], None] = lambda _kind, _reason: None

    def post(self, now: datetime) -> int:
        """Put all that wait into the outbox; return how many did.

        Raises:
            TransientError: The database is unreachable.
            PermanentError: The mapping does not fit the database.
        """
        if not can_post(self.erp):
            return 0
        posted, after, stuck = 0, 0, 0
        while ids := self._waiting(after):
            after = ids[-1]
            sent = self._post(ids, now)
            posted, stuck = posted + sent, stuck + len(ids) - sent
        if stuck:
            reason = said(
                "{stuck} comment(s) for customers wait: their task has no contact with an address",
                stuck=stuck,
            )
            self.report("comments not sent", reason)
        return posted

    def _waiting(self, after: int) -> list[int]:
        comment = self.erp.table("task_comment").c
        query = select(comment.id).where(
            comment.for_customer.in_([True]), comment.sent_on.is_(None), comment.id > after
        )
        with database_errors(self.engine), self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(comment.id).limit(_AT_ONCE)))

    def _post(self, ids: Sequence[int], now: datetime) -> int:
        with write_transaction(self.engine) as connection:
            # Another mailer may have had these meanwhile, so they are read behind the lock.
            hold(connection, _POSTING)
            found = self._read(connection, ids)
            mails = {row.id: list(self._mails(connection, row, found)) for row in found.rows}
            sent = [one for one, several in mails.items() if several]
            write_outbox(connection, [one for several in mails.values() for one in several], now)
            comment = self.erp.table("task_comment")
            connection.execute(update(comment).where(comment.c.id.in_(sent)).values(sent_on=now))
        # What another mailer has posted is not stuck.
        return len(sent) + len(ids) - len(found.rows)

    def _read(self, connection: Connection, ids: Sequence[int]) -> _Found:
        comment = self.erp.table("task_comment").c
        query = self._query().where(
            comment.id.in_(ids), comment.for_customer.in_([True]), comment.sent_on.is_(None)
        )
        rows = connection.execute(query.order_by(comment.id)).all()
        return _Found(
            rows,
            values_by_owner(
                connection,
                self.erp,
                "contact",
                "emails",
                {row.contact for row in rows if row.contact},
            ),
            self._watchers(connection, {row.task for row in rows}),
            self._authors(connection, {row.author for row in rows if row.author}),
        )

    def _query(self) -> Select[Any]:
        comment, task = self.erp.table("task_comment").c, self.erp.table("task").c
        columns: list[ColumnElement[Any]] = [comment.id, comment.task, comment.text]
        columns += [task.number, task.subject, task.contact]
        columns += [comment.author if "author" in comment else null().label("author")]
        return select(*columns).join_from(
            self.erp.table("task_comment"), self.erp.table("task"), comment.task == task.id
        )

    def _watchers(self, connection: Connection, tasks: set[int]) -> Mapping[int, Sequence[str]]:
        """Return the first addresses of active users who watch a task, by its id."""
        if not self.erp.has("task", "watchers"):
            return {}
        watchers = values_by_owner(connection, self.erp, "task", "watchers", tasks)
        ids = {one for several in watchers.values() for one in several}
        user = self.erp.table("user").c
        which = user.id.in_(sorted(ids)), user.active.in_([True])
        active = set(connection.scalars(select(user.id).where(*which)))
        emails = values_by_owner(connection, self.erp, "user", "emails", active)
        return {
            task: [emails[one][0] for one in several if emails.get(one)]
            for task, several in watchers.items()
        }

    def _authors(self, connection: Connection, ids: set[int]) -> Mapping[int, str]:
        user = self.erp.table("user").c
        query = select(user.id, user.name).where(user.id.in_(sorted(ids)))
        return {row.id: row.name for row in connection.execute(query)}

    def _mails(self, connection: Connection, row: Row[Any], found: _Found) -> Iterator[Posted]:
        """Yield one mail for the contact and one for each watcher; none without a contact."""
        contact = next(self._sendable(found.contacts.get(row.contact, ())), None)
        if contact is None:
            return
        before = read_before(connection, self.erp, row.task)
        values = {
            "subject": row.subject or "",
            "comment": row.text or "",
            "author": found.authors.get(row.author, ""),
            "task_number": str(row.number).strip(),
            "comments": self._told_before(connection, row),
        }
        watchers = self._sendable(found.watchers.get(row.task, ()))
        for address in dict.fromkeys((contact, *watchers)):
            mail = Outgoing(
                f"comment {address}", self.box, address, COMMENT, values, before, task=row.task
            )
            yield Posted(Cause.named("comment", str(row.id)), mail)

    def _told_before(self, connection: Connection, row: Row[Any]) -> list[str]:
        """Return what the customer was told before, the newest first: nothing that is internal."""
        comment = self.erp.table("task_comment").c
        query = select(comment.text).where(
            comment.task == row.task, comment.id < row.id, comment.sent_on.is_not(None)
        )
        query = query.where(comment.for_customer.in_([True])).order_by(comment.id.desc())
        return [text or "" for text in connection.scalars(query.limit(_QUOTED))]

    def _sendable(self, addresses: Sequence[str]) -> Iterator[str]:
        """Yield what is an address, and none of a box: that would come back."""
        for address in map(comparable, addresses):
            if is_valid_address(address) and address not in self.boxes:
                yield address


def can_post(erp: ErpTables) -> bool:
    """Whether the mapping has all that comments for customers need."""
    return all(erp.has(entity, field) for entity, field in NEEDED)
