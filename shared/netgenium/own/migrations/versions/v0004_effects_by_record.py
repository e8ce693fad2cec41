"""Effects are found by their record: the scan of a million rows took a second a group."""

from alembic import op

revision = "0004"
down_revision = "0003"

_INDEX = "ix_crm_effect_record"


def upgrade() -> None:
    """Index the records."""
    op.create_index(_INDEX, "crm_effect", ["record_id", "entity"])


def downgrade() -> None:
    """Do without the index: the same is found, slowly."""
    op.drop_index(_INDEX, "crm_effect")
