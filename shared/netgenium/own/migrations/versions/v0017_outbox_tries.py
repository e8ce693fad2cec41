"""Mail to be sent remembers since when a server has put it off."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add it, and an index for what was sent lately; nothing was sent before."""
    op.add_column("crm_outbox", sa.Column("first_tried_at", sa.DateTime))
    op.create_index("ix_crm_outbox_sent_at", "crm_outbox", ["box", "sent_at"])


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_crm_outbox_sent_at", "crm_outbox")
    op.drop_column("crm_outbox", "first_tried_at")
