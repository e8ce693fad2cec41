"""The journal remembers what rules want done with a mail in its box."""

import sqlalchemy as sa
from alembic import op

from shared.netgenium.schema.types import CutText

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add it; of mail from before nothing is known, and its box's disposition counts."""
    op.add_column("crm_journal", sa.Column("mailbox", CutText()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("crm_journal", "mailbox")
