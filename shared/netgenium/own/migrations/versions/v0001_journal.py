"""Journal, identification keys, effects and locks.

The columns are written out, because a migration must not change when the tables do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MAIL_ID = sa.Uuid(native_uuid=False)


def upgrade() -> None:
    """Create the first own tables."""
    op.create_table(
        "crm_journal",
        sa.Column("mail_id", _MAIL_ID, primary_key=True),
        sa.Column("box", sa.Unicode(250), nullable=False),
        sa.Column("source", sa.Unicode(1000), nullable=False),
        sa.Column("identification_key", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("subject", sa.Unicode(1000), nullable=False),
        sa.Column("sender", sa.Unicode(320)),
        sa.Column("message_id", sa.Unicode(1000)),
        sa.Column("verdict", sa.Unicode(250), nullable=False),
        sa.Column("direction", sa.Unicode(10)),
        sa.Column("trace", sa.UnicodeText, nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("backup_key", sa.Unicode(250), nullable=False),
        sa.Column("differs", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_crm_journal_key", "crm_journal", ["identification_key"])
    op.create_index("ix_crm_journal_recorded_at", "crm_journal", ["recorded_at"])
    op.create_table(
        "crm_identification_key",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("mail_id", _MAIL_ID, nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("claimed_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "crm_effect",
        sa.Column("command_id", _MAIL_ID, primary_key=True),
        sa.Column("mail_id", _MAIL_ID, nullable=False),
        sa.Column("kind", sa.Unicode(50), nullable=False),
        sa.Column("entity", sa.Unicode(50), nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_crm_effect_mail_id", "crm_effect", ["mail_id"])
    op.create_table(
        "crm_lock",
        sa.Column("name", sa.Unicode(63), primary_key=True),
        sa.Column("counter", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop them: every journal entry is lost."""
    for table in ("crm_lock", "crm_effect", "crm_identification_key", "crm_journal"):
        op.drop_table(table)
