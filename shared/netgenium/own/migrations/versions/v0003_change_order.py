"""Changes of a record have an order of their own: those of one transaction bear one moment."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give changes of a record numbers; those from before this version have none and come first."""
    op.add_column("crm_change", sa.Column("change_number", sa.Integer))


def downgrade() -> None:
    """Forget the numbers."""
    op.drop_column("crm_change", "change_number")
