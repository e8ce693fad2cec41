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
from services.classifier.parse.reason_texts import (
    JUDGED_CHARACTERS,
    innermost,
    reason_in,
    says_something,
)
from shared.domain.folding import fold_line

REASON_CHARACTERS = 300
"""Of what the bounce says this much is kept for a person."""

_OF_ADDRESS = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"))
_VAGUE = re.compile(r"5\.(?:0\.\d+|5\.\d+|1\.0|1\.\d{3}|2\.[01]|4\.[01]|3\.0|7\.1)|[24]\.0\.0")
_SAYS_NOTHING = re.compile(r"[245]\.0\.\d+")
_POLICY = re.compile(r"5\.7\.\d+")
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


def judge(
    action: str, status: str, diagnostic: str, context: str = "", address: str = ""
) -> Verdict:
    """Judge one failure (B-3).

    Args:
        action: Of the report (RFC 3464 section 2.3.3), or an empty string.
        status: Enhanced status of the report, or an empty string.
        diagnostic: What the other server said.
        context: What else the bounce says of it, asked where the diagnostic says nothing.
        address: Of whom; what its name says is no reason.
    """
    diagnostic = innermost(diagnostic)
    said = enhanced_status(diagnostic[:JUDGED_CHARACTERS])
    exact = _exact(status, said)
    permanent = _is_permanent(action, exact, diagnostic)
    if not permanent:
        return Verdict(exact, permanent, of_address=False)
    of_address = _of_address(exact, (diagnostic, context), address)
    return Verdict(exact, permanent, of_address)


def judge_words(said: str, address: str) -> Verdict:
    """Judge by a text that tells of a failure; without a reason it is permanent (B-3)."""
    status = enhanced_status(said[:JUDGED_CHARACTERS])
    if status:
        return judge("", status, said, address=address)
    of_address = _by_words(reason_in(said, address), vague=True)
    if of_address is None:
        return Verdict(None, permanent=True, of_address=True)
    return Verdict(None, _is_permanent("", None, said), of_address)


def gives_reason(text: str) -> bool:
    """Return whether a text says why a mail did not arrive: by a code, or a server's words."""
    text = text[:JUDGED_CHARACTERS]
    if enhanced_status(text) or _REPLY_CODE.search(text):
        return True
    folded = fold_line(text)
    return any(words.search(folded) for words in (GONE, FULL, MOVED, SOFT, TEMPORARY, POLICY))


def is_only_delayed(text: str) -> bool:
    """Return whether a bounce without a machine part says that delivery is still tried."""
    return DELAYED.search(fold_line(text[:JUDGED_CHARACTERS])) is not None


def _exact(status: str, said: str | None) -> str | None:
    """Return, of the two the one that says more; the report's own where both do."""
    if not status:
        return said
    if said and said[0] == status[0] and _vagueness(said) < _vagueness(status):
        return said
    return status


def _vagueness(status: str) -> int:
    if _SAYS_NOTHING.fullmatch(status):
        return 2
    return 1 if _VAGUE.fullmatch(status) else 0


def _is_permanent(action: str, status: str | None, diagnostic: str) -> bool:
    if action == "delayed":
        return False
    if action == "failed":
        return True
    if status:
        return status.startswith("5")
    code = _REPLY_CODE.search(diagnostic[:JUDGED_CHARACTERS])
    return code is None or code[1] == "5"


def _of_address(status: str | None, said: tuple[str, str], address: str) -> bool:
    reason = reason_in(said[0], address)
    if status in _OF_ADDRESS:
        return not (FULL.search(reason) or SOFT.search(reason))
    if status and (status.startswith("4") or _NOT_OURS.fullmatch(status)):
        return False
    vague = status is None or _VAGUE.fullmatch(status) is not None
    by_words = _by_words(reason, vague=vague)
    if by_words is not None:
        return by_words
    if status and _POLICY.fullmatch(status):
        # Whatever else the bounce tells: this recipient's status is a policy's.
        return False
    by_words = _by_words(reason_in(said[1], address), vague=vague)
    if by_words is not None:
        return by_words
    # Neither a status nor a reason: B-3 takes it for the address.
    return status is None and not says_something(reason)


def _by_words(text: str, *, vague: bool) -> bool | None:
    """Return what the words say; None if they say nothing known."""
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


def shortened(text: str) -> str:
    """Return what a bounce says, in one line, for a person."""
    return " ".join(text[: 4 * REASON_CHARACTERS].split())[:REASON_CHARACTERS]
