"""A mark that is held remembers which mail came back, whose copy may be recorded later."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_HELD = "crm_held_mark"


def upgrade() -> None:
    """Add it; what was held before goes on waiting for a person."""
    op.add_column(_HELD, sa.Column("returned_key", sa.String(64)))
    op.create_index("ix_crm_held_mark_returned", _HELD, ["returned_key"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_crm_held_mark_returned", _HELD)
    op.drop_column(_HELD, "returned_key")
