"""When two mails with one identification key are copies of one mail (behaviours R-a, S-9). Pure.

Copies have one Message-ID, or one text: servers and lists change either, hardly both. A mail with
the key of another that is no copy of it is a mail of its own. So that its own copies are known,
too, it claims further keys, made of the key and of what marks its copies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar
from uuid import UUID

from shared.contracts.said import Said, said


def message_key(message_id: str) -> str:
    """Return the digest by which a Message-ID is found: a long text cannot be indexed.

    Letters beyond ASCII, which no Message-ID should have, count as `?`, as they are where the
    database cannot spell them.
    """
    return sha256(message_id.replace("\0", "").encode("ascii", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class CopyMarks:
    """What copies of one mail have in common.

    Attributes:
        body_sha256: Digest of the body as it came.
        message_key: Of the Message-ID; None without one.
        text_sha256: Digest of the folded text, of the body where there is no text; None where an
            earlier version has recorded the mail.
    """

    body_sha256: str
    message_key: str | None = None
    text_sha256: str | None = None

    @classmethod
    def of(cls, message_id: str | None, body_sha256: str, text_sha256: str | None) -> "CopyMarks":
        """Return those of the mail with this Message-ID."""
        return cls(body_sha256, message_key(message_id) if message_id else None, text_sha256)

    def are_of_a_copy_of(self, other: "CopyMarks") -> bool:
        """Return whether both are marks of one mail; what is not known of a mail proves nothing."""
        return (
            self.body_sha256 == other.body_sha256
            or (self.message_key is not None and self.message_key == other.message_key)
            or (self.text_sha256 is not None and self.text_sha256 == other.text_sha256)
        )

    def keys(self, key: str) -> tuple[str, ...]:
        """Return the keys that a mail of its own claims under `key`, which its copies have, too."""
        marks = [f"text\0{self.text_sha256 or self.body_sha256}"]
        marks += [f"message\0{self.message_key}"] if self.message_key else []
        return tuple(sha256(f"{key}\0{mark}".encode("ascii")).hexdigest() for mark in marks)


def another_mail(first: UUID) -> Said:
    """Say why a mail with the key of `first` is processed all the same."""
    return said(
        "S-9: {mail_id} came first with the same date, sender, recipients and subject, but with "
        "another text and another Message-ID: this is another mail",
        mail_id=first,
    )


class Marked(Protocol):
    """A mail that has claimed keys."""

    @property
    def marks(self) -> CopyMarks:
        """What its copies have in common with it."""


M = TypeVar("M", bound=Marked)


def claimed_by(
    claimed: Mapping[str, M], key: str, marks: CopyMarks, *, key_alone: bool = False
) -> M | None:
    """Return the mail that one with `key` and `marks` is a copy of, else the first with its key.

    Args:
        claimed: Mails by the keys that they have claimed.
        key: Identification key.
        marks: Of the mail in question.
        key_alone: Every mail with the key is a copy (`strictManualDuplicates`).
    """
    first = claimed.get(key)
    if first is None or key_alone or marks.are_of_a_copy_of(first.marks):
        return first
    return next((claimed[one] for one in marks.keys(key) if one in claimed), first)
