"""Links activities of people who have entered the address book since their mail (behaviour A-2).

Batch by batch, each in a transaction of its own. What somebody else has linked meanwhile stays as
it is. Each link is a change that `undo` takes back, and a line in the timeline of its mail.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, update

from services.writer.changes import record_change
from services.writer.decisions.late_link import late_link
from services.writer.group_locks import record_lock
from services.writer.timeline import tell
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.cause import Cause
from shared.contracts.commands import LinkActivity
from shared.domain.directory import Directory
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.database.locks import hold
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.queries.people import read_users
from shared.netgenium.queries.unlinked import Unlinked, Wanted, read_unlinked
from shared.netgenium.schema.tables import ErpTables
from shared.settings.box import Box


@dataclass(frozen=True, slots=True)
class LateLink:
    """A link, and the mail whose activity it is of."""

    mail_id: UUID
    link: LinkActivity

    @property
    def to(self) -> str:
        """Whom the activity is linked to, for a person."""
        named = [self.link.contact.email] if self.link.contact else []
        return ", ".join(named + ([self.link.relationship.name] if self.link.relationship else []))


@dataclass(frozen=True, slots=True)
class Relink:
    """One call: it links, or tells what it would link.

    Attributes:
        boxes: Their domains and groups are no customers.
        cause: What the changes name, and `undo` asks for.
        by: Who asks for it.
        clock: Returns the time.
    """

    engine: Engine
    erp: ErpTables
    boxes: Sequence[Box]
    cause: UUID
    by: str
    clock: Callable[[], datetime]

    def found(self, wanted: Wanted) -> Iterator[LateLink]:
        """Yield what would be linked; nothing is written.

        Raises:
            TransientError: The database is unreachable.
            PermanentError: The mapping does not fit.
        """
        after = 0
        while True:
            with database_errors(self.engine), self.engine.connect() as connection:
                activities = read_unlinked(connection, self.erp, wanted, after)
                links = self._links(connection, activities)
            if not activities:
                return
            yield from links
            after = activities[-1].activity_id

    def link(self, wanted: Wanted) -> Iterator[LateLink]:
        """Link, and give what is linked after its commit.

        Raises:
            TransientError: The database is unreachable; what was given before stays.
            PermanentError: The mapping does not fit, or a right is missing.
        """
        after = 0
        while True:
            with write_transaction(self.engine) as connection:
                activities = read_unlinked(connection, self.erp, wanted, after)
                links = self._links(connection, activities)
                hold(connection, *(record_lock("activity", one.link.activity) for one in links))
                done = self._write(connection, links)
            if not activities:
                return
            yield from done
            after = activities[-1].activity_id

    def _links(self, connection: Connection, activities: Sequence[Unlinked]) -> list[LateLink]:
        directory = self._directory(connection, activities)
        domains = {domain for box in self.boxes for domain in box.own_domains}
        groups = {group.address for box in self.boxes for group in box.mail_groups}
        found = []
        for one in activities:
            outside = tuple(each for each in one.recipients if each not in groups)
            activity = replace(one, recipients=outside)
            if link := late_link(activity, directory, domains, self.cause):
                found.append(LateLink(one.mail_id, link))
        return found

    def _directory(self, connection: Connection, activities: Sequence[Unlinked]) -> Directory:
        """Return users and the address book, as far as `activities` may mean them."""
        addresses = {address for one in activities for address in one.recipients}
        addresses |= {one.sender for one in activities if one.sender}
        book = read_address_book(connection, self.erp, addresses)
        users = read_users(connection, self.erp, addresses, {})
        return Directory(users, book.by_address, book.by_domain)

    def _write(self, connection: Connection, links: Sequence[LateLink]) -> list[LateLink]:
        work = UnitOfWork(connection, self.erp, self.clock())
        cause = Cause("operator", self.cause)
        done = [one for one in links if _linked(work, cause, one.link)]
        work.flush()
        steps = [
            (
                Cause("mail", one.mail_id),
                f"activity {one.link.activity}: linked to {one.to}, by {self.by} ({cause})",
            )
            for one in done
        ]
        told = [(cause, f"activity {one.link.activity}: linked, by {self.by}") for one in done]
        tell(connection, "linked", [*steps, *told], work.now)
        return done


def _linked(work: UnitOfWork, cause: Cause, link: LinkActivity) -> bool:
    """Set the link, unless somebody was first."""
    activity = work.erp.table("activity")
    new = {
        "contact": link.contact.id if link.contact else None,
        "relationship": link.relationship.id if link.relationship else None,
    }
    table = activity.c
    unlinked = (table.id == link.activity, table.contact.is_(None))
    company = link.had_relationship
    same = table.relationship.is_(None) if company is None else table.relationship == company
    changed = update(activity).where(*unlinked, same).values(new)
    if not work.connection.execute(changed).rowcount:
        return False
    old = {"contact": None, "relationship": company}
    record_change(work, cause, link, "activity", link.activity, old=old, new=new)
    return True
