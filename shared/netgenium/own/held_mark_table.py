"""The table of marks that wait for a person (behaviour S-7)."""

from sqlalchemy import Column, Date, Index, Table, Unicode

from shared.netgenium.own.columns import DIGEST, ID, OWN, UtcMoment
from shared.netgenium.schema.types import CutText

held_mark_table = Table(
    "crm_held_mark",
    OWN,
    Column("command_id", ID, primary_key=True),
    Column("mail_id", ID, nullable=False),
    Column("rule", Unicode(10), nullable=False),
    Column("address", CutText(320), nullable=False),
    Column("mark", Unicode(20), nullable=False),
    Column("bounced_on", Date),
    Column("reporter", CutText(320), nullable=False),
    Column("why", Unicode(20), nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("held_at", UtcMoment, nullable=False),
    Column("decided_at", UtcMoment),
    Column("decided_as", Unicode(20)),
    Column("decided_by", CutText(250)),
    Column("returned_key", DIGEST),
    Index("ix_crm_held_mark_mail_id", "mail_id"),
    Index("ix_crm_held_mark_address", "address"),
    Index("ix_crm_held_mark_open", "decided_at", "held_at"),
    Index("ix_crm_held_mark_returned", "returned_key"),
)
"""Marks that wait for a person, and how they ended: `released` or `refused` (S-7).

With `bounced_on` it is a soft bounce that is not counted yet. `why` is `unproven` or `too_many`.
`returned_key` is that of the Message-ID of the mail that the report returns: the mark is released
when a copy of it is recorded. An earlier version wrote none.
"""
