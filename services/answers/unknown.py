"""`list unknown`: who writes to us and is in no address book, the most frequent first (A-2)."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func

from services.answers.times import utc
from shared.domain.directory import Directory
from shared.domain.linking import link_incoming
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.queries.people import read_users
from shared.netgenium.queries.unlinked import made_by_mails
from shared.netgenium.schema.tables import ErpTables

_AT_ONCE = 200


def unknown_senders(connection: Connection, erp: ErpTables) -> Iterator[Mapping[str, Any]]:
    """Yield senders of incoming mail without a link: by number of mails, then the newest first.

    Users are left out. Whoever is in the address book by now is said to be: `relink` links them.
    """
    activity, journal = erp.table("activity").c, journal_table.c
    mails = func.count(journal.mail_id.distinct()).label("mails")
    newest = func.max(journal.received_at).label("newest")
    query = made_by_mails(erp, journal.sender, mails, newest).where(
        activity.contact.is_(None),
        activity.relationship.is_(None),
        activity.direction == "incoming",
        journal.sender.is_not(None),
    )
    query = query.group_by(journal.sender).order_by(mails.desc(), newest.desc(), journal.sender)
    rows = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    for chunk in in_chunks(rows, _AT_ONCE):
        addresses = [row.sender for row in chunk]
        users = read_users(connection, erp, addresses, {})
        book = read_address_book(connection, erp, addresses)
        directory = Directory(users, book.by_address, book.by_domain)
        for row in chunk:
            if row.sender not in users:
                yield {
                    "address": row.sender,
                    "mails": row.mails,
                    "newest": utc(row.newest),
                    "known_by_now": link_incoming(row.sender, directory).linked,
                }
