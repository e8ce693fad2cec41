"""Mails are found newest first, by the beginnings of words, and by the mails they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ID = sa.Uuid(native_uuid=False)
_WORDS = "crm_journal_word"


def upgrade() -> None:
    """Add indexes and references; of mails recorded before it is not known what they answer."""
    op.create_index("ix_crm_journal_received", "crm_journal", ["received_at", "mail_id", "box"])
    op.create_index("ix_crm_journal_verdict", "crm_journal", ["verdict", "received_at"])
    op.create_table(
        "crm_journal_reference",
        sa.Column("mail_id", _ID, primary_key=True),
        sa.Column("message_key", sa.String(64), primary_key=True),
    )
    op.create_index("ix_crm_journal_reference", "crm_journal_reference", ["message_key"])
    _compare_words_by_their_bytes()


def _compare_words_by_their_bytes() -> None:
    """Compare by bytes: else a language decides what lies between two words; Czech has `ch`."""
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(f'ALTER TABLE {_WORDS} ALTER COLUMN word TYPE varchar(50) COLLATE "C"')
    elif dialect == "mssql":
        # The column is part of the key, which has a name of the server's own: a new table.
        op.create_table(
            "crm_journal_word_new",
            sa.Column("mail_id", _ID, primary_key=True),
            sa.Column("word", sa.Unicode(50, "Latin1_General_BIN2"), primary_key=True),
        )
        op.execute(f"INSERT INTO crm_journal_word_new SELECT mail_id, word FROM {_WORDS}")  # noqa: S608 - our own names
        op.drop_table(_WORDS)
        op.rename_table("crm_journal_word_new", _WORDS)
        op.create_index("ix_crm_journal_word", _WORDS, ["word"])


def downgrade() -> None:
    """Drop them; the words stay as they are."""
    op.drop_table("crm_journal_reference")
    op.drop_index("ix_crm_journal_verdict", "crm_journal")
    op.drop_index("ix_crm_journal_received", "crm_journal")
