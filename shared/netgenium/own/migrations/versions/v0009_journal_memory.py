"""The journal keeps what a mail was addressed to, what it asked for, and words to find it by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.Uuid(native_uuid=False)
_COLUMNS = ("tokens", "flags", "commands")


def upgrade() -> None:
    """Add them; of mails recorded before nothing is known until they are replayed."""
    for name in _COLUMNS:
        op.add_column("crm_journal", sa.Column(name, sa.UnicodeText))
    op.create_table(
        "crm_journal_recipient",
        sa.Column("mail_id", _ID, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("address", sa.Unicode(320), nullable=False),
    )
    op.create_index("ix_crm_journal_recipient", "crm_journal_recipient", ["address"])
    op.create_table(
        "crm_journal_word",
        sa.Column("mail_id", _ID, primary_key=True),
        sa.Column("word", sa.Unicode(50), primary_key=True),
    )
    op.create_index("ix_crm_journal_word", "crm_journal_word", ["word"])


def downgrade() -> None:
    """Drop them: mails are found by their id only."""
    op.drop_table("crm_journal_word")
    op.drop_table("crm_journal_recipient")
    for name in _COLUMNS:
        op.drop_column("crm_journal", name)
