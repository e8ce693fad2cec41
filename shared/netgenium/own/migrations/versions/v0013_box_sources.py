"""`crm_box` has a row for each source of a box: its mailbox, its directory."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table anew: nothing has filled it yet."""
    op.drop_table("crm_box")
    op.create_table(
        "crm_box",
        sa.Column("box", sa.Unicode(250), primary_key=True),
        sa.Column("source", sa.Unicode(20), primary_key=True),
        sa.Column("state", sa.Unicode(20), nullable=False),
        sa.Column("why", sa.Unicode(1000)),
        sa.Column("waiting", sa.Integer),
        sa.Column("last_read_at", sa.DateTime),
        sa.Column("told_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Make it as it was; what was told is told again within a minute."""
    op.drop_table("crm_box")
    op.create_table(
        "crm_box",
        sa.Column("box", sa.Unicode(250), primary_key=True),
        sa.Column("state", sa.Unicode(20), nullable=False),
        sa.Column("why", sa.Unicode(1000)),
        sa.Column("waiting", sa.Integer),
        sa.Column("last_read_at", sa.DateTime),
        sa.Column("told_at", sa.DateTime, nullable=False),
    )
