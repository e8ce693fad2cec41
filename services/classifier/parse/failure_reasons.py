"""Judges why a mail came back (B-3): is the address itself at fault, or is it soft?

An enhanced status that is exact about the address decides first; then what the text says, a full
mailbox and a policy before an unknown user; then the subject and detail of the status (RFC 3463
section 3). A vague status, as 5.0.0 or 5.5.0, says nothing by itself.
"""

import re
from dataclasses import dataclass

from services.classifier.parse.delivery_status import enhanced_status
from services.classifier.parse.failure_words import (
    DELAYED,
    FULL,
    GONE,
    MOVED,
    POLICY,
    SOFT,
    TEMPORARY,
)
from shared.domain.folding import fold_line

REASON_CHARACTERS = 300
"""Of what the bounce says this much is kept for a person."""

_JUDGED_CHARACTERS = 4000
_OF_ADDRESS = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"))
_VAGUE = re.compile(r"5\.(?:0\.\d+|5\.\d+|1\.0|1\.\d{3}|2\.[01]|4\.[01]|3\.0|7\.1)|[24]\.0\.0")
_REPLY_CODE = re.compile(r"(?<![\d.-])([45])[0-5]\d(?=[\s-])")
_NOT_OURS = re.compile(r"5\.1\.[78]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be thought of a failure.

    Attributes:
        status: Enhanced status, the most exact one that was said; None without any.
        permanent: Delivery was given up.
        of_address: The address is at fault.
    """

    status: str | None
    permanent: bool
    of_address: bool


def judge(action: str, status: str, diagnostic: str, context: str = "") -> Verdict:
    """Judge one failure (B-3).

    Args:
        action: Of the report (RFC 3464 section 2.3.3), or an empty string.
        status: Enhanced status of the report, or an empty string.
        diagnostic: What the other server said.
        context: What else the bounce says of it, asked where the diagnostic says nothing.
    """
    said = enhanced_status(diagnostic[:_JUDGED_CHARACTERS])
    exact = _exact(status, said)
    permanent = _is_permanent(action, exact, diagnostic)
    if not permanent:
        return Verdict(exact, permanent, of_address=False)
    of_address = _of_address(exact, diagnostic, context)
    return Verdict(exact, permanent, of_address)


def judge_words(said: str) -> Verdict:
    """Judge by a text that tells of a failure; without a reason it is permanent (B-3)."""
    status = enhanced_status(said[:_JUDGED_CHARACTERS])
    if status:
        return judge("", status, said)
    of_address = _by_words(fold_line(said[:_JUDGED_CHARACTERS]), vague=True)
    if of_address is None:
        return Verdict(None, permanent=True, of_address=True)
    return Verdict(None, _is_permanent("", None, said), of_address)


def is_only_delayed(text: str) -> bool:
    """Whether a bounce without a machine part says that delivery is still tried."""
    return DELAYED.search(fold_line(text[:_JUDGED_CHARACTERS])) is not None


def _exact(status: str, said: str | None) -> str | None:
    """Of the two the one that says more; the report's own where both do."""
    if not status:
        return said
    if said and said[0] == status[0] and _VAGUE.fullmatch(status) and not _VAGUE.fullmatch(said):
        return said
    return status


def _is_permanent(action: str, status: str | None, diagnostic: str) -> bool:
    if action == "delayed":
        return False
    if action == "failed":
        return True
    if status:
        return status.startswith("5")
    code = _REPLY_CODE.search(diagnostic[:_JUDGED_CHARACTERS])
    return code is None or code[1] == "5"


def _of_address(status: str | None, diagnostic: str, context: str) -> bool:
    text = fold_line(diagnostic[:_JUDGED_CHARACTERS])
    if status in _OF_ADDRESS:
        return not (FULL.search(text) or SOFT.search(text))
    if status and (status.startswith("4") or _NOT_OURS.fullmatch(status)):
        return False
    vague = status is None or _VAGUE.fullmatch(status) is not None
    for words in (text, fold_line(context[:_JUDGED_CHARACTERS])):
        by_words = _by_words(words, vague=vague)
        if by_words is not None:
            return by_words
    # Neither a status nor a reason: B-3 takes it for the address.
    return status is None and not _says_something(text)


def _by_words(text: str, *, vague: bool) -> bool | None:
    """What the words say; None if they say nothing known."""
    if FULL.search(text) or SOFT.search(text):
        return False
    if MOVED.search(text):
        return True
    gone = GONE.search(text)
    if POLICY.search(text) and not gone:
        return False
    if gone and vague:
        return True
    return False if gone or TEMPORARY.search(text) else None


def _says_something(diagnostic: str) -> bool:
    """Whether there is a reason at all, even one that nobody here understands."""
    return len(re.findall(r"[a-z]{3,}", diagnostic)) > 3  # noqa: PLR2004 - "smtp; 550 error" is none


def shortened(text: str) -> str:
    """What a bounce says, in one line, for a person."""
    return " ".join(text[: 4 * REASON_CHARACTERS].split())[:REASON_CHARACTERS]
