"""The journal remembers what rules want done with a mail in its box."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add it; of mail from before nothing is known, and its box's disposition counts."""
    op.add_column("crm_journal", sa.Column("mailbox", sa.UnicodeText()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("crm_journal", "mailbox")
