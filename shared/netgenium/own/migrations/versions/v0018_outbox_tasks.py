"""Mail that is to be sent names its task, and says whether a person asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_INDEX = "ix_crm_outbox_recipient"


def upgrade() -> None:
    """Add both; of mail from before neither is known."""
    op.add_column("crm_outbox", sa.Column("task_id", sa.BigInteger))
    op.add_column("crm_outbox", sa.Column("automatic", sa.Boolean(create_constraint=False)))
    op.create_index(_INDEX, "crm_outbox", ["recipient", "created_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(_INDEX, "crm_outbox")
    op.drop_column("crm_outbox", "automatic")
    op.drop_column("crm_outbox", "task_id")
