"""Reads who has claimed keys: the classifier predicts from it, the writer decides (R-a, S-9)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import identification_key_table, journal_table


def read_claims(connection: Connection, keys: Iterable[str]) -> Mapping[str, Row[*tuple[Any, ...]]]:
    """Return for each key that is claimed: by which mail, and its digests and Message-ID's key."""
    claimed, journal = identification_key_table.c, journal_table.c
    query = select(identification_key_table, journal.message_key).join_from(
        identification_key_table,
        journal_table,
        claimed.mail_id == journal.mail_id,
        isouter=True,
    )
    return {
        row.key: row
        for chunk in in_chunks(sorted(set(keys)))
        for row in connection.execute(query.where(claimed.key.in_(chunk)))
    }
