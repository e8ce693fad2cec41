"""Notices are found at once, however much other mail waits."""

from alembic import op

revision = "0021"
down_revision = "0020"

_INDEX = "ix_crm_outbox_due"


def upgrade() -> None:
    """Add the index."""
    op.create_index(_INDEX, "crm_outbox", ["state", "template", "next_try_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(_INDEX, "crm_outbox")
