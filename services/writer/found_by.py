"""What a mail is found by in the journal: recipients, words, and what it answers (R-d)."""

from collections.abc import Container, Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, insert, select

from services.writer.decisions.claim import Settled
from shared.domain.copies import message_key
from shared.domain.search_words import search_words
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import recipient_table, reference_table, word_table


def record_what_finds(
    connection: Connection, settled: Iterable[Settled], before: Container[UUID]
) -> None:
    """Write the rows of mails that have none yet; what a mail says never changes.

    Args:
        connection: In the transaction that writes the journal.
        settled: Recorded mails, in the order of their ids.
        before: Those that were in the journal before.
    """
    settled = list(settled)
    known = _known(connection, [one.mail.mail_id for one in settled if one.mail.mail_id in before])
    new = [one for one in settled if one.mail.mail_id not in known]
    if recipients := [row for one in new for row in _recipients(one)]:
        connection.execute(insert(recipient_table), recipients)
    if references := [row for one in new for row in _references(one)]:
        connection.execute(insert(reference_table), references)
    if words := [row for one in new for row in _words(one)]:
        connection.execute(insert(word_table), words)


def _known(connection: Connection, mail_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of `mail_ids` that have words; an earlier version wrote none."""
    own = word_table.c.mail_id
    return frozenset(
        found
        for chunk in in_chunks(mail_ids)
        for found in connection.scalars(select(own).where(own.in_(chunk)).distinct())
    )


def _recipients(settled: Settled) -> Iterator[dict[str, object]]:
    for place, address in enumerate(settled.mail.recipients):
        yield {"mail_id": settled.mail.mail_id, "place": place, "address": address}


def _references(settled: Settled) -> Iterator[dict[str, object]]:
    for key in dict.fromkeys(map(message_key, settled.mail.refers_to)):
        yield {"mail_id": settled.mail.mail_id, "message_key": key}


def _words(settled: Settled) -> Iterator[dict[str, object]]:
    mail = settled.mail
    numbers = (token.number for token in mail.tokens)
    texts = (mail.subject, mail.sender or "", *numbers, *settled.found_by, *mail.recipients)
    for word in search_words(texts):
        yield {"mail_id": mail.mail_id, "word": word}
