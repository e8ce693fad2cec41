"""What became of each cause, step by step; rows are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ID = sa.Uuid(native_uuid=False)


def upgrade() -> None:
    """Create the timeline; what happened before this version is in the journal only."""
    op.create_table(
        "crm_event",
        sa.Column("event_id", _ID, primary_key=True),
        sa.Column("cause_id", _ID, nullable=False),
        sa.Column("cause_kind", sa.Unicode(20), nullable=False),
        sa.Column("stage", sa.Unicode(20), nullable=False),
        sa.Column("happened_at", sa.DateTime, nullable=False),
        sa.Column("what", sa.Unicode(1000), nullable=False),
    )
    op.create_index("ix_crm_event_cause_id", "crm_event", ["cause_id"])
    op.create_index("ix_crm_event_happened_at", "crm_event", ["happened_at"])


def downgrade() -> None:
    """Drop it: who undid what is still with the changes."""
    op.drop_table("crm_event")
