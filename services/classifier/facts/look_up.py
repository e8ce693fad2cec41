"""Looks up the facts for a batch of mails: a fixed number of queries, however many mails."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from uuid import UUID

from sqlalchemy import Connection, Engine

from services.classifier.facts.facts import BoxContext, Facts
from services.classifier.reading.mail import Mail
from services.classifier.xml_mail.named import (
    addresses_in,
    company_names,
    numbers_in,
    user_names,
)
from shared.domain.addresses import domain_of
from shared.domain.copies import claimed_by
from shared.domain.directory import Directory, Names, RecordMatch, TaskPeople, User
from shared.domain.earlier import Earlier, Processed
from shared.domain.vocabulary import TokenKind
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.queries.conversations import read_answered, read_task_people
from shared.netgenium.queries.earlier import (
    read_erp_message_ids,
    read_processed,
    read_thread_records,
)
from shared.netgenium.queries.named import read_named
from shared.netgenium.queries.owners import read_owners
from shared.netgenium.queries.people import read_activity_types, read_roles, read_users
from shared.netgenium.queries.problems import read_problems
from shared.netgenium.queries.recorded import read_soft_bounces
from shared.netgenium.queries.records import read_records
from shared.netgenium.queries.sent import read_sent
from shared.netgenium.queries.spoken import read_spoken
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class DatabaseLookUp:
    """Reads facts from the ERP and from our own tables.

    Attributes:
        engine: The database.
        erp: Its mapped tables.
    """

    engine: Engine
    erp: ErpTables

    def __call__(self, mails: Sequence[tuple[Mail, BoxContext]]) -> Sequence[Facts]:
        """Return the facts for each mail, in order, whichever boxes they are of.

        Raises:
            TransientError: The database is unreachable.
            PermanentError: The mapping does not fit the database.
        """
        with database_errors(self.engine), self.engine.connect() as connection:
            directory = self._directory(connection, mails)
            earlier = self._earlier(connection, mails, directory.users)
            named = {*_found(directory.records), *_inheritable(earlier)}
            directory = replace(
                directory,
                owners=read_owners(connection, self.erp, named),
                tasks=self._people(connection, directory, _answered_tasks(mails, earlier, named)),
            )
        return [
            Facts(context, directory, earlier, _processed(mail, earlier)) for mail, context in mails
        ]

    def _directory(
        self, connection: Connection, mails: Sequence[tuple[Mail, BoxContext]]
    ) -> Directory:
        erp = self.erp
        addresses = {one for mail, context in mails for one in _addresses(mail, context)}
        roles = read_roles(connection, erp)
        book = read_address_book(connection, erp, addresses)
        records = read_records(connection, erp, {pair for one in mails for pair in _numbers(*one)})
        return Directory(
            users=read_users(connection, erp, addresses, roles),
            address_book=book.by_address,
            relationships_by_domain=book.by_domain,
            records=records,
            activity_types=read_activity_types(connection, erp),
            roles=tuple(roles.values()),
            named=read_named(connection, erp, _names(mails)),
        )

    def _people(
        self, connection: Connection, directory: Directory, tasks: Collection[int]
    ) -> Mapping[int, TaskPeople]:
        if not tasks:
            return {}
        roles = {role.ref.id: role for role in directory.roles}
        return read_task_people(connection, self.erp, tasks, roles)

    def _earlier(
        self,
        connection: Connection,
        mails: Sequence[tuple[Mail, BoxContext]],
        users: Mapping[str, User],
    ) -> Earlier:
        erp = self.erp
        keys = {
            key: bool(mail.forwarded_from)
            for mail, _ in mails
            for key in (mail.key, *mail.marks.keys(mail.key))
        }
        answered = {one for mail, _ in mails for one in mail.answers_to}
        # Only whoever names a record asks whose words those are.
        discussed = {one for mail, _ in mails if mail.tokens for one in mail.answers_to}
        problems = {mail.problem.problem_id for mail, _ in mails if mail.problem}
        return Earlier(
            processed=read_processed(connection, erp, keys),
            erp_message_ids=read_erp_message_ids(connection, erp, _from_inside(mails, users)),
            threads=read_thread_records(connection, erp, answered),
            spoken=read_spoken(connection, discussed),
            problem_tasks=read_problems(connection, erp, filter(None, problems)),
            soft_bounces=read_soft_bounces(
                connection, {address for mail, _ in mails for address in _failed(mail)}
            ),
            sent=read_sent(
                connection,
                erp,
                {one for mail, _ in mails for one in _returned(mail)},
                {domain for _, context in mails for domain in context.box.own_domains},
            ),
            answered=read_answered(connection, erp, _of_ours(mails)),
        )


def _processed(mail: Mail, earlier: Earlier) -> Processed | None:
    return claimed_by(earlier.processed, mail.key, mail.marks, key_alone=mail.key_alone)


def _from_inside(
    mails: Sequence[tuple[Mail, BoxContext]], users: Mapping[str, User]
) -> Iterator[str]:
    """Yield message-IDs of mail that NET Genium may have sent: its sender is one of us."""
    for mail, context in mails:
        sender, message_id = mail.sender or "", mail.parsed.message_id
        inside = sender in users or domain_of(sender) in context.box.own_domains
        if inside and message_id:
            yield message_id


def _addresses(mail: Mail, context: BoxContext) -> Iterator[str]:
    """Yield every address that a rule may ask about."""
    for address in (*mail.recipients, *mail.forwarded_from):
        yield from context.box.members_of(address)
    yield from filter(None, (mail.sender, mail.parsed.reports.returned.sender))
    yield from mail.recipients
    yield from mail.forwarded_from
    yield from mail.forwards
    yield from mail.parsed.reports.complainants
    yield from _failed(mail)
    if mail.xml:
        yield from addresses_in(mail.xml.document)
    for event in mail.parsed.events:
        if event.method == "REPLY":
            yield from (attendee.address for attendee in event.attendees)


def _failed(mail: Mail) -> Iterator[str]:
    """Yield addresses of its bounce, under both their names."""
    if mail.bounce:
        for failure in mail.bounce.failures:
            yield from failure.addresses


def _found(
    records: Mapping[tuple[TokenKind, str], RecordMatch],
) -> Iterator[tuple[TokenKind, int]]:
    """Yield kind and id of the records that tokens stand for."""
    for (kind, _), match in records.items():
        if match.record:
            yield kind, match.record.id


def _inheritable(earlier: Earlier) -> Iterator[tuple[TokenKind, int]]:
    """Yield kind and id of the records that threads are assigned to."""
    for one in (one for several in earlier.threads.values() for one in several):
        yield from ((kind, record.id) for kind, record in one.records)


def _returned(mail: Mail) -> Iterator[str]:
    """Yield the Message-ID of the mail that a report returns (S-7)."""
    reports = mail.parsed.reports
    if reports.returned.message_id and (mail.bounce or reports.complainants):
        yield reports.returned.message_id


def _of_ours(mails: Sequence[tuple[Mail, BoxContext]]) -> Mapping[UUID, str]:
    """Return the mails of our outbox that are answered or came back, by their number (E-1a)."""
    return {
        number: one
        for mail, context in mails
        if context.box.conversations and context.own_mail
        for one in mail.refers_to
        if (number := context.own_mail.unique_of(one))
    }


def _answered_tasks(
    mails: Sequence[tuple[Mail, BoxContext]],
    earlier: Earlier,
    named: Collection[tuple[TokenKind, int]],
) -> set[int]:
    """Return ids of the tasks that conversations may be about."""
    answered = {task.id for task in earlier.answered.values()}
    if not any(mail.tickets for mail, _ in mails):
        return answered
    return answered | {record_id for kind, record_id in named if kind == "task"}


def _names(mails: Sequence[tuple[Mail, BoxContext]]) -> Names:
    """Return what rules, settings and XML mail name, in all boxes."""
    boxes = {context.box.name: context for _, context in mails}
    solvers = (one.box.ticket_solver for one in boxes.values())
    asked = [mail.xml.document for mail, _ in mails if mail.xml]
    named = Names(
        frozenset((*filter(None, solvers), *(name for one in asked for name in user_names(one)))),
        frozenset(name for one in asked for name in company_names(one)),
    )
    return reduce(or_, (one.rules.names for one in boxes.values() if one.rules), named)


def _numbers(mail: Mail, context: BoxContext) -> Iterator[tuple[TokenKind, str]]:
    """Yield the numbers that are looked up.

    The first token's, those of the subject (E-1), that of tickets (E-7), that of a problem's
    contract, and what the administrator's rules ask about.
    """
    if context.box.ticket_contract:
        yield "contract", context.box.ticket_contract
    if rules := context.rules:
        yield from (("contract", number) for number in rules.contracts)
        yield from (("task", number) for number in rules.task_numbers(mail))
    yield from (("task", one.number) for one in mail.tickets if not one.wrong)
    yield from ((token.kind, token.number) for token in mail.tokens[:1])
    if mail.problem and mail.problem.contract:
        yield "contract", mail.problem.contract
    if mail.xml:
        yield from numbers_in(mail.xml.document)
