"""Looks up the facts for a batch of mails: a fixed number of queries, however many mails."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, select

from services.classifier.address_book import read_address_book
from services.classifier.facts import Facts, House, Role, User
from services.classifier.history import (
    read_assigned_threads,
    read_erp_message_ids,
    read_processed,
    read_tasks_of_problems,
)
from services.classifier.mail import Mail, domain
from services.classifier.numbers import read_records
from services.classifier.vocabulary import TokenKind
from shared.contracts.references import ActivityTypeRef, RoleRef, UserRef
from shared.folding import fold_line
from shared.netgenium.database import database_errors
from shared.netgenium.many import in_chunks, owners_by_text, values_by_owner
from shared.netgenium.memory import read_soft_bounces
from shared.netgenium.tables import ErpTables


@dataclass(frozen=True, slots=True)
class DatabaseLookUp:
    """Reads facts from the ERP and from our own tables.

    Attributes:
        engine: The database.
        erp: Its mapped tables.
        house: Handed on with every answer.
    """

    engine: Engine
    erp: ErpTables
    house: House

    def __call__(self, mails: Sequence[Mail]) -> Sequence[Facts]:
        """The facts for each mail, in order.

        Raises:
            TransientError: The database is away.
            PermanentError: The mapping does not fit the database.
        """
        with database_errors(self.engine), self.engine.connect() as connection:
            return self._look_up(connection, mails)

    def _look_up(self, connection: Connection, mails: Sequence[Mail]) -> Sequence[Facts]:
        erp = self.erp
        addresses = {address for mail in mails for address in _addresses(mail)}
        roles = read_roles(connection, erp)
        users = _read_users(connection, erp, addresses, roles)
        book = read_address_book(connection, erp, addresses)
        processed = read_processed(connection, erp, mails)
        failures = {address for mail in mails for address in _failed(mail)}
        common = Facts(
            house=self.house,
            users=users,
            known=book.by_address,
            relationships_by_domain=book.by_domain,
            records=read_records(connection, erp, {pair for m in mails for pair in _numbers(m)}),
            activity_types=_read_activity_types(connection, erp),
            roles=tuple(roles.values()),
            erp_message_ids=read_erp_message_ids(connection, erp, self._from_inside(mails, users)),
            threads=read_assigned_threads(connection, erp, mails),
            problem_tasks=read_tasks_of_problems(connection, erp, mails),
            soft_bounces=read_soft_bounces(connection, failures),
        )
        return [replace(common, processed=processed.get(mail.key)) for mail in mails]

    def _from_inside(self, mails: Sequence[Mail], users: Mapping[str, User]) -> set[str]:
        """Message-IDs of mail that NET Genium may have sent: its sender is one of us."""
        own = self.house.box.own_domains
        return {
            mail.parsed.message_id
            for mail in mails
            if mail.parsed.message_id and mail.sender
            if mail.sender in users or domain(mail.sender) in own
        }


def _addresses(mail: Mail) -> Iterator[str]:
    """Every address that a rule may ask about."""
    yield from filter(None, (mail.sender, mail.parsed.reports.returned.sender))
    yield from mail.recipients
    yield from mail.forwarded_from
    yield from mail.parsed.reports.complainants
    yield from _failed(mail)
    for event in mail.parsed.events:
        if event.method == "REPLY":
            yield from (attendee.address for attendee in event.attendees)


def _failed(mail: Mail) -> Iterator[str]:
    """Addresses of its bounce, under both their names."""
    if mail.bounce:
        for failure in mail.bounce.failures:
            yield from failure.addresses


def _numbers(mail: Mail) -> Iterator[tuple[TokenKind, str]]:
    """The numbers that are looked up: the first token's, and that of a problem's contract."""
    yield from ((token.kind, token.number) for token in mail.tokens[:1])
    if mail.problem and mail.problem.contract:
        yield "contract", mail.problem.contract


def read_roles(connection: Connection, erp: ErpTables) -> Mapping[int, Role]:
    """All roles by id, in id order, with their depth in the tree: 1 without a parent.

    A role inside a ring of parents counts as if it had none.
    """
    role = erp.table("role").c
    rows = connection.execute(select(role.id, role.name, role.parent).order_by(role.id)).all()
    parents = {row.id: row.parent for row in rows}
    return {
        row.id: Role(RoleRef(id=row.id, name=row.name), _depth(row.id, parents)) for row in rows
    }


def _depth(role: int, parents: Mapping[int, int | None]) -> int:
    above: list[int] = []
    parent = parents.get(role)
    while parent is not None and parent in parents:
        if parent == role or parent in above:
            return 1
        above.append(parent)
        parent = parents[parent]
    return len(above) + 1


def _read_users(
    connection: Connection, erp: ErpTables, addresses: Iterable[str], roles: Mapping[int, Role]
) -> Mapping[str, User]:
    """Active users by address; of several with one address the one with the lowest id."""
    owners = owners_by_text(connection, erp, "user", "emails", addresses)
    ids = {owner for found in owners.values() for owner in found}
    user = erp.table("user").c
    active: set[int] = set()
    for chunk in in_chunks(sorted(ids)):
        query = select(user.id).where(user.id.in_(chunk), user.active.in_([True]))
        active.update(connection.scalars(query))
    emails = values_by_owner(connection, erp, "user", "emails", active)
    roles_of = values_by_owner(connection, erp, "user", "roles", active)
    known = {
        owner: User(
            UserRef(id=owner, email=emails[owner][0].lower()),
            tuple(roles[role].depth for role in roles_of.get(owner, ()) if role in roles),
        )
        for owner in active
    }
    return {
        address: known[owner]
        for address, found in owners.items()
        for owner in [next((owner for owner in found if owner in known), None)]
        if owner is not None
    }


def _read_activity_types(connection: Connection, erp: ErpTables) -> Mapping[str, ActivityTypeRef]:
    """Activity types by folded name; of two that fold alike, the first."""
    columns = erp.table("activity_type").c
    rows = connection.execute(select(columns.id, columns.name).order_by(columns.id.desc()))
    return {fold_line(row.name): ActivityTypeRef(id=row.id, name=row.name) for row in rows}
