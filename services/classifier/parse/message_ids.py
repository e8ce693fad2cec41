"""Message-IDs in the one form in which mails name each other (RFC 5322 section 3.6.4). Pure."""

import re

from services.classifier.parse.headers import decode_field

_CHARACTERS = 1000
_BRACKETED = re.compile(r"<[^<>\s]{1,998}>")
_BARE = re.compile(r"[^\s<>,;()\"']{1,998}")


def message_id(value: bytes | None) -> str | None:
    """Return the id of a raw Message-ID field, with its angle brackets; None without one.

    Programs fold a long id into an encoded word, and scripts forget the brackets; whoever answers
    writes it plainly and with brackets.
    """
    text = decode_field(value or b"", [])
    found = _BRACKETED.search(text)
    if found:
        return found[0]
    words = _BARE.findall(text)
    bare = words[0] if len(words) == 1 else next((one for one in words if "@" in one), None)
    return f"<{bare}>" if bare else text[:_CHARACTERS] or None


def message_ids(text: str) -> list[str]:
    """Return the ids of a decoded In-Reply-To or References field, in order."""
    if found := _BRACKETED.findall(text):
        return found
    words = _BARE.findall(text)
    # Older programs write a sentence, which may name a mailbox.
    return [f"<{one}>" for one in words] if all("@" in one for one in words) else []
