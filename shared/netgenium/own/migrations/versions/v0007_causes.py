"""Effects and changes name their cause, of which a mail is one kind.

All that an installation has recorded so far came from mails: the default of the new column says so
for the rows that are there, and stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TABLES = ("crm_effect", "crm_change")
_ID = sa.Uuid(native_uuid=False)


def upgrade() -> None:
    """Call the mail's id the cause's, and add the kind."""
    for table in _TABLES:
        # Not every database lets an indexed column change its name.
        op.drop_index(f"ix_{table}_mail_id", table)
        op.alter_column(table, "mail_id", new_column_name="cause_id", existing_type=_ID)
        kind = sa.Column("cause_kind", sa.Unicode(20), server_default="mail", nullable=False)
        op.add_column(table, kind)
        op.create_index(f"ix_{table}_cause_id", table, ["cause_id"])


def downgrade() -> None:
    """Call every cause a mail: what came from others looks like a mail's that is unknown."""
    for table in _TABLES:
        op.drop_index(f"ix_{table}_cause_id", table)
        op.drop_column(table, "cause_kind", mssql_drop_default=True)
        op.alter_column(table, "cause_id", new_column_name="mail_id", existing_type=_ID)
        op.create_index(f"ix_{table}_mail_id", table, ["mail_id"])
