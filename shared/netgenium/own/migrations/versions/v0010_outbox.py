"""Mail that waits to be sent; how each box stands; dead letters as the console sees them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ID = sa.Uuid(native_uuid=False)


def upgrade() -> None:
    """Create the three tables, empty: nothing of this was kept in the database before."""
    _create_outbox()
    op.create_table(
        "crm_box",
        sa.Column("box", sa.Unicode(250), primary_key=True),
        sa.Column("state", sa.Unicode(20), nullable=False),
        sa.Column("why", sa.Unicode(1000)),
        sa.Column("waiting", sa.Integer),
        sa.Column("last_read_at", sa.DateTime),
        sa.Column("told_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "crm_dead_letter",
        sa.Column("mail_id", _ID, primary_key=True),
        sa.Column("queue", sa.Unicode(50), primary_key=True),
        sa.Column("box", sa.Unicode(250)),
        sa.Column("source", sa.Unicode(1000)),
        sa.Column("reason", sa.Unicode(1000), nullable=False),
        sa.Column("released", sa.Integer, nullable=False),
        sa.Column("died_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("ended_as", sa.Unicode(20)),
    )
    op.create_index("ix_crm_dead_letter_died_at", "crm_dead_letter", ["died_at"])


def _create_outbox() -> None:
    op.create_table(
        "crm_outbox",
        sa.Column("outbox_id", _ID, primary_key=True),
        sa.Column("cause_id", _ID, nullable=False),
        sa.Column("cause_kind", sa.Unicode(20), nullable=False),
        sa.Column("box", sa.Unicode(250), nullable=False),
        sa.Column("recipient", sa.Unicode(320), nullable=False),
        sa.Column("template", sa.Unicode(50), nullable=False),
        sa.Column("template_values", sa.UnicodeText, nullable=False),
        sa.Column("answers_to", sa.UnicodeText, nullable=False),
        sa.Column("attachments", sa.UnicodeText, nullable=False),
        sa.Column("message_id", sa.Unicode(1000)),
        sa.Column("state", sa.Unicode(20), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("next_try_at", sa.DateTime),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("last_error", sa.Unicode(1000)),
    )
    op.create_index("ix_crm_outbox_cause_id", "crm_outbox", ["cause_id"])
    op.create_index("ix_crm_outbox_state", "crm_outbox", ["state", "next_try_at"])


def downgrade() -> None:
    """Drop them: mail that waits is never sent."""
    for table in ("crm_dead_letter", "crm_box", "crm_outbox"):
        op.drop_table(table)
