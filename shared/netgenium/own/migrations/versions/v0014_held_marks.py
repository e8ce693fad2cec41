"""Marks that wait for a person; marks of a day are counted and found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_ID = sa.Uuid(native_uuid=False)
_HELD = "crm_held_mark"


def upgrade() -> None:
    """Create the table, empty: marks that reports have made before stay as they are."""
    op.create_table(
        _HELD,
        sa.Column("command_id", _ID, primary_key=True),
        sa.Column("mail_id", _ID, nullable=False),
        sa.Column("rule", sa.Unicode(10), nullable=False),
        sa.Column("address", sa.Unicode(320), nullable=False),
        sa.Column("mark", sa.Unicode(20), nullable=False),
        sa.Column("bounced_on", sa.Date),
        sa.Column("reporter", sa.Unicode(320), nullable=False),
        sa.Column("why", sa.Unicode(20), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("held_at", sa.DateTime, nullable=False),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("decided_as", sa.Unicode(20)),
        sa.Column("decided_by", sa.Unicode(250)),
    )
    op.create_index("ix_crm_held_mark_mail_id", _HELD, ["mail_id"])
    op.create_index("ix_crm_held_mark_address", _HELD, ["address"])
    op.create_index("ix_crm_held_mark_open", _HELD, ["decided_at", "held_at"])
    op.create_index("ix_crm_change_changed_at", "crm_change", ["changed_at"])
    op.create_index("ix_crm_change_address", "crm_change", ["address"])


def downgrade() -> None:
    """Drop it: what is held is never made."""
    op.drop_index("ix_crm_change_address", "crm_change")
    op.drop_index("ix_crm_change_changed_at", "crm_change")
    op.drop_table(_HELD)
