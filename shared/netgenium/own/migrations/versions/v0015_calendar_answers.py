"""Answers that users give in their calendars, for the invitations that came by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the table, empty: the next complete round fills it."""
    op.create_table(
        "crm_calendar_answer",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("ical_uid", sa.Unicode(1000), nullable=False),
        sa.Column("original_start", sa.Unicode(40)),
        sa.Column("organizer", sa.Unicode(320), nullable=False),
        sa.Column("answer", sa.Unicode(20), nullable=False),
        sa.Column("carried", sa.BigInteger),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_crm_calendar_answer_user", "crm_calendar_answer", ["user_id"])


def downgrade() -> None:
    """Drop it; calendars tell the answers again."""
    op.drop_table("crm_calendar_answer")
