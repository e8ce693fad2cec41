"""Changes that can be undone, soft bounces, problems, invitations; mails by their Message-ID."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MAIL_ID = sa.Uuid(native_uuid=False)
_TABLES = ("crm_answer", "crm_invitation", "crm_problem", "crm_soft_bounce", "crm_change")


def upgrade() -> None:
    """Create what the rules on bounces, opt-outs, problems and invitations remember."""
    op.add_column("crm_journal", sa.Column("message_key", sa.String(64)))
    op.create_index("ix_crm_journal_message_key", "crm_journal", ["message_key"])
    _create_change()
    op.create_table(
        "crm_soft_bounce",
        sa.Column("command_id", _MAIL_ID, primary_key=True),
        sa.Column("address", sa.Unicode(320), nullable=False),
        sa.Column("bounced_on", sa.Date, nullable=False),
        sa.Column("mail_id", _MAIL_ID, nullable=False),
    )
    op.create_index("ix_crm_soft_bounce_address", "crm_soft_bounce", ["address"])
    op.create_table(
        "crm_problem",
        sa.Column("problem_id", sa.Unicode(50), primary_key=True),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("state_at", sa.DateTime, nullable=False),
        sa.Column("mail_id", _MAIL_ID, nullable=False),
    )
    _create_invitation()


def _create_change() -> None:
    op.create_table(
        "crm_change",
        sa.Column("command_id", _MAIL_ID, primary_key=True),
        sa.Column("entity", sa.Unicode(50), primary_key=True),
        sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("mail_id", _MAIL_ID, nullable=False),
        sa.Column("kind", sa.Unicode(50), nullable=False),
        sa.Column("address", sa.Unicode(320)),
        sa.Column("mark", sa.Unicode(20)),
        sa.Column("old_values", sa.UnicodeText),
        sa.Column("new_values", sa.UnicodeText, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("undone_at", sa.DateTime),
        sa.Column("undone_by", sa.Unicode(250)),
    )
    op.create_index("ix_crm_change_mail_id", "crm_change", ["mail_id"])
    op.create_index("ix_crm_change_record", "crm_change", ["entity", "record_id"])


def _create_invitation() -> None:
    op.create_table(
        "crm_invitation",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("record_id", sa.BigInteger),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stamp", sa.DateTime),
        sa.Column("organizer", sa.Unicode(320)),
        sa.Column("genuine", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("cancelled", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("mail_id", _MAIL_ID, nullable=False),
    )
    op.create_table(
        "crm_answer",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("event_key", sa.String(64), nullable=False),
        sa.Column("attendee", sa.Unicode(320), nullable=False),
        sa.Column("answer", sa.Unicode(30), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stamp", sa.DateTime),
    )
    op.create_index("ix_crm_answer_event_key", "crm_answer", ["event_key"])


def downgrade() -> None:
    """Drop them: marks can no longer be undone."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("ix_crm_journal_message_key", "crm_journal")
    op.drop_column("crm_journal", "message_key")
