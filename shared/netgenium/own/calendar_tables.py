"""Our own tables of the calendar: what is linked, what was written, and what waits for a person."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Unicode

from shared.netgenium.own.columns import DIGEST, ID, OWN, UtcMoment
from shared.netgenium.schema.types import CutText

_FLAG = Boolean(create_constraint=False)
_EVENT_ID = CutText(500)

calendar_user_table = Table(
    "crm_calendar_user",
    OWN,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("address", CutText(320), nullable=False),
    Column("mailbox", CutText(250), nullable=False),
    Column("delta_cursor", CutText()),
    Column("window_first", Date),
    Column("state", Unicode(20), nullable=False),
    Column("reason", CutText(1000)),
    Column("wait_until", UtcMoment),
    Column("looked_up_at", UtcMoment),
    Column("last_round_at", UtcMoment),
)
"""How each user's calendar is kept in step: its account, cursor and window, and the last round."""

calendar_item_table = Table(
    "crm_calendar_item",
    OWN,
    Column("item_id", ID, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger),
    Column("event_id", _EVENT_ID),
    Column("ical_uid", CutText(1000), nullable=False),
    Column("master_id", _EVENT_ID),
    Column("original_start", Unicode(40)),
    Column("state", Unicode(20), nullable=False),
    Column("origin", Unicode(10), nullable=False),
    Column("version", CutText(250)),
    Column("own", _FLAG, nullable=False),
    Column("meeting", _FLAG, nullable=False),
    Column("online_meeting", _FLAG, nullable=False),
    Column("text_apart", _FLAG, nullable=False),
    Column("look", _FLAG, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("erp_values", CutText()),
    Column("calendar_values", CutText()),
    Column("assigned", CutText()),
    Column("missing_since", UtcMoment),
    Column("held_side", Unicode(10)),
    Column("held_since", UtcMoment),
    Column("held_reason", CutText(1000)),
    Column("decision", Unicode(10)),
    Column("changed_at", UtcMoment, nullable=False),
    Index("ix_crm_calendar_item_user", "user_id", "state"),
    Index("ix_crm_calendar_item_activity", "activity_id"),
)
"""The ledger: which activity is which event, and what each side showed last (K-6).

`erp_values` and `calendar_values` are JSON objects of the synced fields, each side's own;
`assigned` is what the tokens and attendees gave (K-2c). Rows that have ended are the memory (K-7).
"""

calendar_write_table = Table(
    "crm_calendar_write",
    OWN,
    Column("write_id", ID, primary_key=True),
    Column("item_id", ID, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("side", Unicode(10), nullable=False),
    Column("what", Unicode(20), nullable=False),
    Column("field", Unicode(20)),
    Column("old_value", CutText()),
    Column("new_value", CutText()),
    Column("reason", CutText(1000), nullable=False),
    Column("written_at", UtcMoment, nullable=False),
    Index("ix_crm_calendar_write_item", "item_id"),
)
"""The journal of every write on either side, a row for each field (K-8)."""

calendar_note_table = Table(
    "crm_calendar_note",
    OWN,
    Column("note_id", ID, primary_key=True),
    Column("item_id", ID, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("field", Unicode(20), nullable=False),
    Column("erp_value", CutText()),
    Column("calendar_value", CutText()),
    Column("reason", CutText(1000), nullable=False),
    Column("noted_at", UtcMoment, nullable=False),
    Column("closed_at", UtcMoment),
    Index("ix_crm_calendar_note_item", "item_id"),
)
"""What could not be kept in step, with both values, for a person (K-6, K-7)."""

calendar_saved_table = Table(
    "crm_calendar_saved",
    OWN,
    Column("item_id", ID, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("record", CutText()),
    Column("saved_at", UtcMoment, nullable=False),
    Index("ix_crm_calendar_saved_act", "activity_id"),
)
"""Activities that the synchronisation has deleted, as JSON, to be restored for 30 days (K-7)."""

calendar_answer_table = Table(
    "crm_calendar_answer",
    OWN,
    Column("key", DIGEST, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("ical_uid", CutText(1000), nullable=False),
    Column("original_start", Unicode(40)),
    Column("organizer", CutText(320), nullable=False),
    Column("answer", Unicode(20), nullable=False),
    Column("carried", BigInteger),
    Column("changed_at", UtcMoment, nullable=False),
    Index("ix_crm_calendar_answer_user", "user_id"),
)
"""What users have answered in their calendars to meetings of others (K-4a).

`key` is that of `crm_invitation`; `carried` is the record that was told the answer.
"""

CALENDAR_TABLES = (
    calendar_user_table,
    calendar_item_table,
    calendar_write_table,
    calendar_note_table,
    calendar_saved_table,
    calendar_answer_table,
)
