"""Words for the legacy log wait in the database until they stand in the file."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the words that wait, and what is known of the file."""
    op.create_table(
        "crm_log_words",
        sa.Column("group_id", sa.Uuid(native_uuid=False), primary_key=True),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.Column("words", sa.UnicodeText, nullable=False),
        sa.Column("written_at", sa.DateTime),
    )
    op.create_index("ix_crm_log_words_written_at", "crm_log_words", ["written_at"])
    op.create_table(
        "crm_log_file",
        sa.Column("file", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them: words that wait are in the journal only."""
    op.drop_table("crm_log_file")
    op.drop_table("crm_log_words")
