"""Flags: what a person should know before trusting what a mail has made."""

NOT_BELIEVED = "sender not believed"
"""The sender is refuted, or others may read another one (S-3)."""

FOREIGN = "foreign"
"""It is assigned to a record that its sender has nothing to do with, as far as is known (S-5)."""

FLAGS = (NOT_BELIEVED, FOREIGN)
"""All there are, for counters."""
