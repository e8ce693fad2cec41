"""What the legacy log owes, and how large it was (behaviour R-d)."""

from sqlalchemy import BigInteger, Column, Index, Table

from shared.netgenium.own.columns import DIGEST, ID, OWN, UtcMoment
from shared.netgenium.schema.types import CutText

log_words_table = Table(
    "crm_log_words",
    OWN,
    Column("group_id", ID, primary_key=True),
    Column("recorded_at", UtcMoment, nullable=False),
    Column("words", CutText(), nullable=False),
    Column("written_at", UtcMoment),
    Index("ix_crm_log_words_written_at", "written_at"),
)
"""Words for the legacy log, a line each, of mails that were recorded together (R-d).

Without `written_at` they are not in the file yet.
"""

log_file_table = Table(
    "crm_log_file",
    OWN,
    Column("file", DIGEST, primary_key=True),
    Column("size", BigInteger, nullable=False),
)
"""How large each legacy log was, in bytes, when its lines were last confirmed.

`file` is a digest of its path. The row `lock` is held by who writes what waits.
"""
