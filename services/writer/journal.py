"""The journal: one row a mail, and who owns which identification key (behaviours R-d, R-e)."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select, update

from services.writer.compact import compact
from services.writer.decisions.claim import Claim, Settled, marks_of
from services.writer.found_by import record_what_finds
from services.writer.timeline import tell
from shared.contracts.content import TraceLine
from shared.contracts.mailbox_actions import MailboxActions, noted_actions
from shared.contracts.messages import MailClassified
from shared.contracts.verdict import Word, joined, words_of
from shared.domain.copies import CopyMarks
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import (
    change_table,
    effect_table,
    identification_key_table,
    journal_table,
    soft_bounce_table,
)
from shared.netgenium.queries.claims import read_claims

_TRACE = TypeAdapter(tuple[TraceLine, ...])


class Decided(NamedTuple):
    """What the journal says of a mail.

    Attributes:
        verdict: Its words.
        mailbox: What rules want done with it in its box; None: the box's `disposition` counts.
    """

    verdict: tuple[str, ...]
    mailbox: MailboxActions | None


def decided_before(connection: Connection, mail_ids: Iterable[UUID]) -> Mapping[UUID, Decided]:
    """Return what was decided of those of `mail_ids` that are in the journal: redeliveries."""
    own = journal_table.c
    return {
        row.mail_id: Decided(words_of(row.verdict), noted_actions(row.mailbox))
        for chunk in in_chunks(mail_ids)
        for row in connection.execute(
            select(own.mail_id, own.verdict, own.mailbox).where(own.mail_id.in_(chunk))
        )
    }


def decided_now(settled: Settled) -> Decided:
    """Return what the journal will say of a mail; a copy of another one is left where it is."""
    copy = Word.DUPLICATE_KEY in settled.verdict
    return Decided(settled.verdict, None if copy else settled.mail.mailbox)


def key_owners(connection: Connection, keys: Iterable[str]) -> Mapping[str, Claim]:
    """Return who has claimed `keys` before."""
    found = read_claims(connection, keys).items()
    return {
        key: Claim(row.mail_id, CopyMarks(row.body_sha256, row.message_key, row.text_sha256))
        for key, row in found
    }


def made_before(connection: Connection, command_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of `command_ids` that have made or changed something already."""
    ids = sorted(set(command_ids))
    return frozenset(
        found
        for chunk in in_chunks(ids)
        for table in (effect_table, change_table, soft_bounce_table)
        for found in connection.scalars(
            select(table.c.command_id).where(table.c.command_id.in_(chunk))
        )
    )


def record(
    connection: Connection, settled: Sequence[Settled], before: Container[UUID], now: datetime
) -> None:
    """Write journal rows, claims and timeline; another writer with one of our keys is a conflict.

    All in the order of their keys: two writers of the same mails never wait for each other.

    Args:
        connection: In the transaction of the effects.
        settled: What is recorded.
        before: Mails that have a row already: a replay tells the latest verdict.
        now: The moment of recording.
    """
    claims = [_claim_row(key, one.mail, now) for one in settled for key in one.claims]
    claims.sort(key=lambda row: str(row["key"]))
    if claims:
        connection.execute(insert(identification_key_table), claims)
    in_order = sorted(settled, key=lambda one: one.mail.mail_id)
    rows = [_journal_row(one, now) for one in in_order]
    new = [row for row in rows if row["mail_id"] not in before]
    if new:
        connection.execute(insert(journal_table), new)
    for row in rows:
        if row["mail_id"] in before:
            which = journal_table.c.mail_id == row["mail_id"]
            connection.execute(update(journal_table).where(which).values(row))
    record_what_finds(connection, in_order, before)
    steps = [(one.mail.cause, joined(one.verdict)) for one in in_order]
    tell(connection, "recorded", steps, now)


def _claim_row(key: str, mail: MailClassified, now: datetime) -> dict[str, object]:
    marks = marks_of(mail)
    return {
        "key": key,
        "mail_id": mail.mail_id,
        "content_sha256": mail.content_sha256,
        "body_sha256": mail.body_sha256,
        "claimed_at": now,
        "text_sha256": marks.text_sha256,
    }


def _as_json(trace: tuple[TraceLine, ...]) -> str:
    return _TRACE.dump_json(trace, exclude_none=True).decode()


def _journal_row(settled: Settled, now: datetime) -> dict[str, object]:
    mail, mailbox = settled.mail, decided_now(settled).mailbox
    return {
        "mail_id": mail.mail_id,
        "box": mail.box,
        "source": mail.source,
        "identification_key": mail.key,
        "received_at": mail.received_at,
        "subject": mail.subject,
        "sender": mail.sender,
        "message_id": mail.message_id,
        "verdict": joined(settled.verdict),
        "direction": settled.direction,
        "trace": _as_json(settled.trace),
        "content_sha256": mail.content_sha256,
        "body_sha256": mail.body_sha256,
        "backup_key": mail.backup_key,
        "differs": settled.differs,
        "recorded_at": now,
        "message_key": marks_of(mail).message_key,
        "tokens": json.dumps([one.model_dump() for one in mail.tokens], ensure_ascii=False),
        "flags": json.dumps(settled.flags, ensure_ascii=False),
        "commands": compact(settled.commands),
        "mailbox": mailbox.model_dump_json() if mailbox else None,
    }
