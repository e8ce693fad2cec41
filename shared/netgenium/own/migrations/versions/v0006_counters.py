"""Numbers that writers have reserved, so that none of them waits for another's commit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the counters."""
    op.create_table(
        "crm_counter",
        sa.Column("name", sa.Unicode(63), primary_key=True),
        sa.Column("reserved", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Do without them: the highest number in use counts."""
    op.drop_table("crm_counter")
