"""Our own tables, in the ERP's database so that effects and journal share one transaction.

They carry the prefix `crm_`; migrations touch nothing else.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Unicode,
    Uuid,
)
from sqlalchemy.types import TypeDecorator

from shared.netgenium.types import CutText, local_time

OWN = MetaData()


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment, stored as UTC without zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else local_time(value, UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


_MAIL_ID = Uuid(native_uuid=False)
_DIGEST = String(64)

journal_table = Table(
    "crm_journal",
    OWN,
    Column("mail_id", _MAIL_ID, primary_key=True),
    Column("box", CutText(250), nullable=False),
    Column("source", CutText(1000), nullable=False),
    Column("identification_key", _DIGEST, nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("subject", CutText(1000), nullable=False),
    Column("sender", CutText(320)),
    Column("message_id", CutText(1000)),
    Column("verdict", Unicode(250), nullable=False),
    Column("direction", Unicode(10)),
    Column("trace", CutText(), nullable=False),
    Column("content_sha256", _DIGEST, nullable=False),
    Column("body_sha256", _DIGEST, nullable=False),
    Column("backup_key", Unicode(250), nullable=False),
    Column("differs", Boolean(create_constraint=False), nullable=False),
    Column("recorded_at", UtcMoment, nullable=False),
    # Index names are written out: Firebird 3 takes at most 31 characters.
    Index("ix_crm_journal_key", "identification_key"),
    Index("ix_crm_journal_recorded_at", "recorded_at"),
)
"""One row a mail: verdict and trace."""

identification_key_table = Table(
    "crm_identification_key",
    OWN,
    Column("key", _DIGEST, primary_key=True),
    Column("mail_id", _MAIL_ID, nullable=False),
    Column("content_sha256", _DIGEST, nullable=False),
    Column("body_sha256", _DIGEST, nullable=False),
    Column("claimed_at", UtcMoment, nullable=False),
)
"""Who owns which identification key."""

effect_table = Table(
    "crm_effect",
    OWN,
    Column("command_id", _MAIL_ID, primary_key=True),
    Column("mail_id", _MAIL_ID, nullable=False),
    Column("kind", Unicode(50), nullable=False),
    Column("entity", Unicode(50), nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Index("ix_crm_effect_mail_id", "mail_id"),
)
"""Which command made which record."""

lock_table = Table(
    "crm_lock",
    OWN,
    Column("name", Unicode(63), primary_key=True),
    Column("counter", Integer, nullable=False),
)
"""A row to lock for each thing that only one writer may do at a time."""
