"""Our own tables, in the ERP's database so that effects and journal share one transaction.

They carry the prefix `crm_`; migrations touch nothing else. Every text that may come from a mail
is a `CutText`: neither storing nor comparing it can fail.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Unicode,
)

from shared.netgenium.own import (  # noqa: F401 - theirs are among OWN
    calendar_tables,
    held_mark_table,
    log_tables,
)
from shared.netgenium.own.columns import DIGEST, ID, PLAIN_WORD, UtcMoment, cause_columns
from shared.netgenium.own.columns import OWN as OWN  # noqa: PLC0414 - whoever asks for tables
from shared.netgenium.schema.types import CutText

journal_table = Table(
    "crm_journal",
    OWN,
    Column("mail_id", ID, primary_key=True),
    Column("box", CutText(250), nullable=False),
    Column("source", CutText(1000), nullable=False),
    Column("identification_key", DIGEST, nullable=False),
    Column("received_at", UtcMoment, nullable=False),
    Column("subject", CutText(1000), nullable=False),
    Column("sender", CutText(320)),
    Column("message_id", CutText(1000)),
    Column("verdict", CutText(250), nullable=False),
    Column("direction", Unicode(10)),
    Column("trace", CutText(), nullable=False),
    Column("content_sha256", DIGEST, nullable=False),
    Column("body_sha256", DIGEST, nullable=False),
    Column("backup_key", CutText(250), nullable=False),
    Column("differs", Boolean(create_constraint=False), nullable=False),
    Column("recorded_at", UtcMoment, nullable=False),
    Column("message_key", DIGEST),
    Column("tokens", CutText()),
    Column("flags", CutText()),
    Column("commands", CutText()),
    Column("mailbox", CutText()),
    # Index names are written out: Firebird 3 takes at most 31 characters.
    Index("ix_crm_journal_key", "identification_key"),
    Index("ix_crm_journal_recorded_at", "recorded_at"),
    Index("ix_crm_journal_message_key", "message_key"),
    Index("ix_crm_journal_received", "received_at", "mail_id", "box"),
    Index("ix_crm_journal_verdict", "verdict", "received_at"),
)
"""One row a mail: verdict and trace. `message_key` finds it by its Message-ID.

`tokens`, `flags` and `commands` are JSON lists: the tokens with the words behind them, what was odd
about the mail, and what was to be done. An earlier version wrote none of them. `mailbox` is what
rules want done with the mail in its box, as JSON; null: what the box's `disposition` says.
"""

recipient_table = Table(
    "crm_journal_recipient",
    OWN,
    Column("mail_id", ID, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("address", CutText(320), nullable=False),
    Index("ix_crm_journal_recipient", "address"),
)
"""Whom a mail was addressed to, in order."""

reference_table = Table(
    "crm_journal_reference",
    OWN,
    Column("mail_id", ID, primary_key=True),
    Column("message_key", DIGEST, primary_key=True),
    Index("ix_crm_journal_reference", "message_key"),
)
"""Which Message-IDs a mail answers or returns: the mails of its thread, and of its bounce."""

word_table = Table(
    "crm_journal_word",
    OWN,
    Column("mail_id", ID, primary_key=True),
    # Short and plain by the way it is made: no `CutText`, for there are many.
    Column("word", PLAIN_WORD, primary_key=True),
    Index("ix_crm_journal_word", "word"),
)
"""Folded words that a mail is found by: of subject, sender, recipients and record numbers."""

identification_key_table = Table(
    "crm_identification_key",
    OWN,
    Column("key", DIGEST, primary_key=True),
    Column("mail_id", ID, nullable=False),
    Column("content_sha256", DIGEST, nullable=False),
    Column("body_sha256", DIGEST, nullable=False),
    Column("claimed_at", UtcMoment, nullable=False),
    Column("text_sha256", DIGEST),
)
"""Who owns which identification key; its copies are known by text or Message-ID (S-9).

A mail whose key another mail owns has rows of its own with keys made of the same and of its marks.
Of mails that an earlier version has recorded the text is not known.
"""

effect_table = Table(
    "crm_effect",
    OWN,
    Column("command_id", ID, primary_key=True),
    *cause_columns(),
    Column("kind", Unicode(50), nullable=False),
    Column("entity", Unicode(50), nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Index("ix_crm_effect_cause_id", "cause_id"),
    # R-f asks for the Message-IDs of records, however many effects there are.
    Index("ix_crm_effect_record", "record_id", "entity"),
)
"""Which command of which cause made which record."""

event_table = Table(
    "crm_event",
    OWN,
    Column("event_id", ID, primary_key=True),
    *cause_columns(),
    Column("stage", Unicode(20), nullable=False),
    Column("happened_at", UtcMoment, nullable=False),
    Column("what", CutText(1000), nullable=False),
    Index("ix_crm_event_cause_id", "cause_id"),
    Index("ix_crm_event_happened_at", "happened_at"),
)
"""What became of each cause, step by step; nobody has the right to change a row."""

lock_table = Table(
    "crm_lock",
    OWN,
    Column("name", Unicode(63), primary_key=True),
    Column("counter", Integer, nullable=False),
)
"""A row to lock for each thing that only one writer may do at a time."""

counter_table = Table(
    "crm_counter",
    OWN,
    Column("name", Unicode(63), primary_key=True),
    Column("reserved", BigInteger, nullable=False),
)
"""The highest number of a kind that any writer has reserved, whether or not it was used."""

change_table = Table(
    "crm_change",
    OWN,
    Column("command_id", ID, primary_key=True),
    Column("entity", Unicode(50), primary_key=True),
    Column("record_id", BigInteger, primary_key=True, autoincrement=False),
    *cause_columns(),
    Column("kind", Unicode(50), nullable=False),
    Column("address", CutText(320)),
    Column("mark", Unicode(20)),
    Column("old_values", CutText()),
    Column("new_values", CutText(), nullable=False),
    Column("changed_at", UtcMoment, nullable=False),
    Column("undone_at", UtcMoment),
    Column("undone_by", CutText(250)),
    Column("change_number", Integer),
    Index("ix_crm_change_cause_id", "cause_id"),
    Index("ix_crm_change_record", "entity", "record_id"),
    Index("ix_crm_change_changed_at", "changed_at"),
    Index("ix_crm_change_address", "address"),
)
"""What a cause has changed and what stood there before, for `undo` (B-5, O-2).

`old_values` and `new_values` are JSON objects by our field names; no `old_values`: the record was
made. `change_number` counts the changes of a record: those of one transaction bear one moment.
"""

soft_bounce_table = Table(
    "crm_soft_bounce",
    OWN,
    Column("command_id", ID, primary_key=True),
    Column("address", CutText(320), nullable=False),
    Column("bounced_on", Date, nullable=False),
    Column("mail_id", ID, nullable=False),
    Index("ix_crm_soft_bounce_address", "address"),
)
"""Soft bounces by address and day: three within 30 days mark (B-3)."""

problem_table = Table(
    "crm_problem",
    OWN,
    Column("problem_id", CutText(50), primary_key=True),
    Column("task_id", BigInteger, nullable=False),
    Column("state_at", UtcMoment, nullable=False),
    Column("mail_id", ID, nullable=False),
)
"""Which task a problem has, and how new its state is (P-2)."""

invitation_table = Table(
    "crm_invitation",
    OWN,
    Column("key", DIGEST, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("record_id", BigInteger),
    Column("revision", Integer, nullable=False),
    Column("stamp", UtcMoment),
    Column("organizer", CutText(320)),
    Column("genuine", Boolean(create_constraint=False), nullable=False),
    Column("cancelled", Boolean(create_constraint=False), nullable=False),
    Column("mail_id", ID, nullable=False),
    Column("occurrence_key", DIGEST),
    Index("ix_crm_invitation_occurrence", "occurrence_key"),
)
"""The newest known state of each invitation (V2-1, V2-2).

`occurrence_key` is a digest of UID, RECURRENCE-ID and user, `key` one of that and the organiser. A
row of an earlier version has no `occurrence_key`: its `key` is that. Without `record_id` only its
cancellation has come yet; without `genuine` it did not come from its organiser.
"""

answer_table = Table(
    "crm_answer",
    OWN,
    Column("key", DIGEST, primary_key=True),
    Column("event_key", DIGEST, nullable=False),
    Column("attendee", CutText(320), nullable=False),
    Column("answer", CutText(30), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("stamp", UtcMoment),
    Index("ix_crm_answer_event_key", "event_key"),
)
"""What attendees have answered, whether or not the invitation has come yet (V2-1)."""

outbox_table = Table(
    "crm_outbox",
    OWN,
    Column("outbox_id", ID, primary_key=True),
    *cause_columns(),
    Column("box", CutText(250), nullable=False),
    Column("recipient", CutText(320), nullable=False),
    Column("template", Unicode(50), nullable=False),
    Column("template_values", CutText(), nullable=False),
    Column("answers_to", CutText(), nullable=False),
    Column("attachments", CutText(), nullable=False),
    Column("message_id", CutText(1000)),
    Column("state", Unicode(20), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("next_try_at", UtcMoment),
    Column("sent_at", UtcMoment),
    Column("last_error", CutText(1000)),
    Column("first_tried_at", UtcMoment),
    Column("task_id", BigInteger),
    Column("automatic", Boolean(create_constraint=False)),
    Index("ix_crm_outbox_cause_id", "cause_id"),
    Index("ix_crm_outbox_state", "state", "next_try_at"),
    # Notices go before the rest, however much waits.
    Index("ix_crm_outbox_due", "state", "template", "next_try_at"),
    Index("ix_crm_outbox_sent_at", "box", "sent_at"),
    Index("ix_crm_outbox_recipient", "recipient", "created_at"),
)
"""Mail that is to be sent, from the transaction of its cause on (M-1).

`template_values`, `answers_to` and `attachments` are JSON. `state` is `waiting`, `sent`,
`failed` or `dropped`; a mail that is in a mailer's hand waits, and is due again if that mailer
dies.
`task_id` is the task that the mail is about; `automatic`: no person asked for it.
"""

box_table = Table(
    "crm_box",
    OWN,
    Column("box", CutText(250), primary_key=True),
    Column("source", Unicode(20), primary_key=True),
    Column("state", Unicode(20), nullable=False),
    Column("why", CutText(1000)),
    Column("waiting", Integer),
    Column("last_read_at", UtcMoment),
    Column("told_at", UtcMoment, nullable=False),
)
"""The state of each source of a technology box, as its fetcher has told last.

`told_at` is at most a minute or two ago while a fetcher reads the box; older: none does.
"""

dead_letter_table = Table(
    "crm_dead_letter",
    OWN,
    Column("mail_id", ID, primary_key=True),
    Column("queue", Unicode(50), primary_key=True),
    Column("box", CutText(250)),
    Column("source", CutText(1000)),
    Column("reason", CutText(1000), nullable=False),
    Column("released", Integer, nullable=False),
    Column("died_at", UtcMoment, nullable=False),
    Column("ended_at", UtcMoment),
    Column("ended_as", Unicode(20)),
    Index("ix_crm_dead_letter_died_at", "died_at"),
)
"""Copies of dead letters: the queues and notes are the truth. `ended_as` is `released`, `dropped`,
or `gone`: it was not there any more when somebody looked."""
