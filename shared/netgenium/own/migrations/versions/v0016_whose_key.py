"""Copies are known by their text, too; invitations of one event are told apart by organiser.

Nothing is filled in: Firebird takes no values for a column before it is committed. Of mails that
were recorded before, the text is not known. An invitation of before has the key that names its
event and user as its own key, and is found by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_DIGEST = sa.String(64)


def upgrade() -> None:
    """Add the columns."""
    op.add_column("crm_identification_key", sa.Column("text_sha256", _DIGEST))
    op.add_column("crm_invitation", sa.Column("occurrence_key", _DIGEST))
    op.create_index("ix_crm_invitation_occurrence", "crm_invitation", ["occurrence_key"])


def downgrade() -> None:
    """Drop them; what several organisers told of one event stays in several records."""
    op.drop_index("ix_crm_invitation_occurrence", "crm_invitation")
    op.drop_column("crm_invitation", "occurrence_key")
    op.drop_column("crm_identification_key", "text_sha256")
