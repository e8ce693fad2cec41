"""Flags: what a person should know before trusting what a mail has made."""

NOT_BELIEVED = "sender not believed"
"""The sender is refuted, or others may read another one (S-3)."""

FOREIGN = "foreign"
"""It is assigned to a record that its sender has nothing to do with, as far as is known (S-5)."""

DIFFERS = "differs"
"""Another mail with its key came first, with another text and Message-ID (S-9)."""

PROBLEM_NOT_BELIEVED = "problem not believed"
"""It looks like a problem mail, but its sender may not make or change the task (S-8)."""

NOT_FROM_ITS_ORGANISER = "not from its organiser"
"""Its invitation was sent by somebody else, or is not believed to be his (V2-2d)."""

OTHER_ORGANISER = "other organiser"
"""Somebody else organises the event of its invitation, too (V2-2a)."""

FLAGS = (
    NOT_BELIEVED,
    FOREIGN,
    DIFFERS,
    PROBLEM_NOT_BELIEVED,
    NOT_FROM_ITS_ORGANISER,
    OTHER_ORGANISER,
)
"""All there are, for counters."""
