"""The ledger of the calendar, its journal, notes and saved values."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ID = sa.Uuid(native_uuid=False)
_TABLES = (
    "crm_calendar_saved",
    "crm_calendar_note",
    "crm_calendar_write",
    "crm_calendar_item",
    "crm_calendar_user",
)


def upgrade() -> None:
    """Create the five tables, empty: no version before kept a calendar."""
    _create_user()
    _create_item()
    _create_write()
    _create_note()
    op.create_table(
        "crm_calendar_saved",
        sa.Column("item_id", _ID, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("activity_id", sa.BigInteger, nullable=False),
        sa.Column("record", sa.UnicodeText),
        sa.Column("saved_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_crm_calendar_saved_act", "crm_calendar_saved", ["activity_id"])


def _create_user() -> None:
    op.create_table(
        "crm_calendar_user",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("address", sa.Unicode(320), nullable=False),
        sa.Column("mailbox", sa.Unicode(250), nullable=False),
        sa.Column("delta_cursor", sa.UnicodeText),
        sa.Column("window_first", sa.Date),
        sa.Column("state", sa.Unicode(20), nullable=False),
        sa.Column("reason", sa.Unicode(1000)),
        sa.Column("wait_until", sa.DateTime),
        sa.Column("looked_up_at", sa.DateTime),
        sa.Column("last_round_at", sa.DateTime),
    )


def _create_item() -> None:
    flags = ("own", "meeting", "online_meeting", "text_apart", "look")
    op.create_table(
        "crm_calendar_item",
        sa.Column("item_id", _ID, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("activity_id", sa.BigInteger),
        sa.Column("event_id", sa.Unicode(500)),
        sa.Column("ical_uid", sa.Unicode(1000), nullable=False),
        sa.Column("master_id", sa.Unicode(500)),
        sa.Column("original_start", sa.Unicode(40)),
        sa.Column("state", sa.Unicode(20), nullable=False),
        sa.Column("origin", sa.Unicode(10), nullable=False),
        sa.Column("version", sa.Unicode(250)),
        *(sa.Column(f, sa.Boolean(create_constraint=False), nullable=False) for f in flags),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("erp_values", sa.UnicodeText),
        sa.Column("calendar_values", sa.UnicodeText),
        sa.Column("assigned", sa.UnicodeText),
        sa.Column("missing_since", sa.DateTime),
        sa.Column("held_side", sa.Unicode(10)),
        sa.Column("held_since", sa.DateTime),
        sa.Column("held_reason", sa.Unicode(1000)),
        sa.Column("decision", sa.Unicode(10)),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_crm_calendar_item_user", "crm_calendar_item", ["user_id", "state"])
    op.create_index("ix_crm_calendar_item_activity", "crm_calendar_item", ["activity_id"])


def _create_write() -> None:
    op.create_table(
        "crm_calendar_write",
        sa.Column("write_id", _ID, primary_key=True),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("side", sa.Unicode(10), nullable=False),
        sa.Column("what", sa.Unicode(20), nullable=False),
        sa.Column("field", sa.Unicode(20)),
        sa.Column("old_value", sa.UnicodeText),
        sa.Column("new_value", sa.UnicodeText),
        sa.Column("reason", sa.Unicode(1000), nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_crm_calendar_write_item", "crm_calendar_write", ["item_id"])


def _create_note() -> None:
    op.create_table(
        "crm_calendar_note",
        sa.Column("note_id", _ID, primary_key=True),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("field", sa.Unicode(20), nullable=False),
        sa.Column("erp_value", sa.UnicodeText),
        sa.Column("calendar_value", sa.UnicodeText),
        sa.Column("reason", sa.Unicode(1000), nullable=False),
        sa.Column("noted_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
    )
    op.create_index("ix_crm_calendar_note_item", "crm_calendar_note", ["item_id"])


def downgrade() -> None:
    """Drop them: what is linked is matched anew by whoever comes after."""
    for table in _TABLES:
        op.drop_table(table)
