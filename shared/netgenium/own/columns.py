"""What the columns of our own tables have in common."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, Dialect, MetaData, String, Unicode, Uuid
from sqlalchemy.types import TypeDecorator

from shared.domain.search_words import LONGEST_WORD
from shared.netgenium.schema.types import local_time

OWN = MetaData()
"""All our own tables."""

ID = Uuid(native_uuid=False)
"""Of a mail, a command or a cause."""

DIGEST = String(64)

PLAIN_WORD = (
    Unicode(LONGEST_WORD)
    .with_variant(Unicode(LONGEST_WORD, "C"), "postgresql")
    .with_variant(Unicode(LONGEST_WORD, "Latin1_General_BIN2"), "mssql")
)
"""A folded word, compared by its bytes, so that words with one beginning lie beside each other."""


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment, stored as UTC without zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Store a moment in UTC."""
        return None if value is None else local_time(value, UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Read a moment in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def cause_columns() -> tuple[Column[UUID], Column[str]]:
    """Return what a row came from (`shared.contracts.cause`)."""
    return (
        Column("cause_id", ID, nullable=False),
        Column("cause_kind", Unicode(20), nullable=False),
    )
