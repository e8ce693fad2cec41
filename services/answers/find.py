"""`find`: mails of the journal by words, addresses, numbers and Message-IDs (behaviour O-8).

Two ways, so that neither a frequent word nor a rare one takes long: first the latest mails are
gone through from the newest; if they do not have enough, the rarest word leads to the rest.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import nlargest
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from services.answers.journal import JournalMail, read_mails
from services.answers.search import IndexedWay, MailIds, Search, conditions, ways_in, with_word
from services.assembly.composition import Erp
from shared.contracts.verdict import words_of
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import journal_table
from shared.netgenium.schema.inspection import require_own_tables

LATEST = 20_000
"""Mails that are gone through from the newest."""

_COUNTED = 20_000
"""Up to which it is counted how many mails a word leads to."""

Place = tuple[datetime, UUID]
"""Where a mail is in the order of the journal."""

_own = journal_table.c
_NEWEST_FIRST = (_own.received_at.desc(), _own.mail_id.desc())


def find_mails(erp: Erp, search: Search, most: int) -> list[JournalMail]:
    """Find the newest mails that fit, at most so many.

    Raises:
        TransientError: The database is unreachable.
        ConfigurationError: `init-db` has not run, or an upgrade is due.
    """
    require_own_tables(erp.engine)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        places = _places(connection, search, most)
        return list(read_mails(connection, (mail_id for _, mail_id in places)))


def counted(erp: Erp, words: Sequence[str]) -> dict[str, int]:
    """Count the mails that have a word with each of these beginnings, up to a limit."""
    with database_errors(erp.engine), erp.engine.connect() as connection:
        return {word: _count(connection, with_word(word)) for word in words}


def _places(connection: Connection, search: Search, most: int) -> list[Place]:
    ways = list(ways_in(search))
    counts = [_count(connection, way.mail_ids) for way in ways]
    best = ways[counts.index(min(counts))] if ways else None
    # The latest mails soon have enough of one frequent word, and seldom of two that go apart.
    few = LATEST if len(ways) > 1 else LATEST // 4
    if best and min(counts) <= few:
        return _by_way(connection, search, best, most)
    where = [*conditions(search), *_verdict_like(search)]
    border = connection.scalar(
        select(_own.received_at).order_by(*_NEWEST_FIRST).offset(LATEST).limit(1)
    )
    latest = [_own.received_at > border] if border else []
    found = _from_the_newest(connection, search, [*where, *latest], most)
    if len(found) >= most or border is None:
        return found
    if best:
        return _by_way(connection, search, best, most)
    return _from_the_newest(connection, search, _by_verdict(connection, search), most)


def _from_the_newest(
    connection: Connection, search: Search, where: Sequence[ColumnElement[bool]], most: int
) -> list[Place]:
    query = _asked(search).where(*where).order_by(*_NEWEST_FIRST)
    if not search.subject:
        query = query.limit(most)
    found: list[Place] = []
    for place in _fitting(connection, search, query):
        found.append(place)
        if len(found) == most:
            break
    return found


def _by_way(connection: Connection, search: Search, way: IndexedWay, most: int) -> list[Place]:
    """Return what the index leads to; the newest are kept, and the database sorts nothing."""
    where = [*conditions(search, way.word), *_verdict_like(search)]
    led = way.mail_ids.distinct().subquery()
    query = _asked(search).join(led, led.c.mail_id == _own.mail_id).where(*where)
    return nlargest(most, _fitting(connection, search, query))


def _asked(search: Search) -> Select[datetime, UUID, str]:
    """Select only what indexes have, unless the subject itself is asked for."""
    subject = _own.subject if search.subject else literal("")
    return select(_own.received_at, _own.mail_id, subject)


def _fitting(
    connection: Connection, search: Search, query: Select[datetime, UUID, str]
) -> Iterator[Place]:
    rows = connection.execution_options(yield_per=1000).execute(query)
    try:
        for received_at, mail_id, subject in rows:
            if search.fits_subject(subject):
                yield received_at, mail_id
    finally:
        rows.close()


def _count(connection: Connection, way: MailIds) -> int:
    few = way.limit(_COUNTED + 1).subquery()
    return connection.scalar(select(func.count()).select_from(few)) or 0


def _verdict_like(search: Search) -> list[ColumnElement[bool]]:
    if search.verdict is None:
        return []
    return [func.lower(_own.verdict).contains(search.verdict.lower(), autoescape=True)]


def _by_verdict(connection: Connection, search: Search) -> list[ColumnElement[bool]]:
    """Find verdicts by their index: a rare one is found without reading every row."""
    where = conditions(search)
    if search.verdict is None:
        return where
    rows = connection.execute(select(_own.verdict).distinct()).all()
    wanted = search.verdict.lower()
    fit = [text for (text,) in rows if any(wanted in word.lower() for word in words_of(text))]
    return [*where, _own.verdict.in_(fit[:500])]
