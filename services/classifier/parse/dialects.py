"""Bounces without a machine part: vendors' texts. The one home of flufl.bounce.

The library gets a bounded copy with few and short lines: its patterns are quadratic in a line's
length, and the standard library's parser recurses.
"""

import logging
import re
from collections.abc import Callable, Container, Iterable, Iterator
from email import message_from_bytes
from email.message import Message

from services.classifier.parse.bounced_addresses import (
    addresses_in,
    distinct,
    is_daemon,
    is_possible,
    tidy,
    typed_address,
)
from services.classifier.parse.delivery_status import enhanced_status
from services.classifier.parse.dialect_words import (
    BRACKETED,
    FAILED,
    GAVE_UP,
    INTRODUCTION,
    LEFT,
    LISTED,
    MEANT,
    NEVER,
    ORIGINAL,
    SUCCEEDED,
)
from services.classifier.parse.guard import guarded
from shared.domain.folding import fold_line

MAIL_BYTES = 64 * 1024
"""This much of a mail is given to the library."""

MAIL_LINES = 4000
"""And so many lines of it: each of them is asked a hundred questions."""

TEXT_CHARACTERS = 32 * 1024
"""This much of a mail's text is searched: bounces say early what they are."""

MOST_NAMED = 100
"""Addresses that a text may name; as many mean that there may be more."""

_LINE_BYTES = 1000
_LONG_LINE = re.compile(rb"([^\n]{%d})[^\n]+" % _LINE_BYTES)
_BLANK_LINES = re.compile(rb"\n{3,}")
_OTHERS = re.compile(
    rb"^[ \t>|]{0,8}(?:message-id|in-reply-to|references|content-id|[a-z-]{0,30}envelope-id|from"
    rb"|sender|reply-to|return-path)[ \t]*:([^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_CHARACTERS = 500
_NEAR_LINES = 12
_BETWEEN = re.compile(r"[\s,;<>\"'()\[\]]*")
"""What may be between two addresses of a list."""


# The library logs a traceback when one of its detectors trips over a mail; others go on.
logging.getLogger("flufl.bounce").disabled = True


def explanation(text: str) -> str:
    """Return what a bounce says before it quotes the original."""
    text = text[:TEXT_CHARACTERS]
    found = ORIGINAL.search(text)
    return text[: found.start()] if found else text


def library_failures(raw: bytes, defects: list[str]) -> tuple[list[str], list[str]]:
    """Return addresses that flufl.bounce finds: given up, and only delayed.

    It reads the original, too, whose sender and Message-ID are no recipients.
    """
    short = _LONG_LINE.sub(rb"\1", raw[:MAIL_BYTES].replace(b"\r\n", b"\n"))
    # In a status part each blank line would begin a message of its own.
    short = b"\n".join(_BLANK_LINES.sub(b"\n\n", short).split(b"\n", MAIL_LINES)[:MAIL_LINES])
    nothing: tuple[list[str], list[str]] = ([], [])
    lost, delayed = guarded("the bounce", lambda: _asked(short), nothing, defects)
    others = {
        one for line in _OTHERS.findall(short) for one in addresses_in(line.decode("latin-1"))
    }
    return [one for one in lost if one not in others], [one for one in delayed if one not in others]


def _asked(raw: bytes) -> tuple[list[str], list[str]]:
    # Here, because it is many modules, and few mails are bounces without a report.
    from flufl.bounce import all_failures  # noqa: PLC0415

    message = message_from_bytes(raw)
    _forget_attached_mail(message)
    temporary, permanent = all_failures(message)
    return _known(permanent), _known(temporary)


def _forget_attached_mail(message: Message) -> None:
    """Empty attached mails, such as the one that came back: they are no report of ours."""
    for part in list(message.walk()):
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list):
            part.set_payload([Message()])


def _known(found: Iterable[bytes]) -> list[str]:
    """Return them as addresses, in an order that does not change from run to run."""
    tidied = (tidy(one.decode("utf-8", "replace").strip("<> \t\"'")) for one in found)
    return sorted(
        {
            one
            for one in tidied
            if is_possible(one) and not is_daemon(one) and not set(" \t<>") & set(one)
        }
    )


def header_failures(value: str) -> list[str]:
    """Return addresses of X-Failed-Recipients, as Exim and Gmail write it."""
    found = (typed_address(one) for one in value.split(",", MOST_NAMED))
    return distinct((one for one in found if one), MOST_NAMED)


def may_have_failed(said: str, *, is_system: bool) -> bool:
    """Return whether a text may tell of a failure: none that tells of a success does.

    Args:
        said: What comes before the original.
        is_system: A mail system's address is in From; others may answer for a person.
    """
    folded = fold_line(said)
    if SUCCEEDED.search(folded) and not FAILED.search(folded):
        return False
    return is_system or LEFT.search(folded) is None


def says_failure(said: str, *, is_system: bool) -> bool:
    """Return whether a mail system says that a mail did not arrive, though it names nobody."""
    folded = fold_line(said)
    if not is_system or SUCCEEDED.search(folded) or LEFT.search(folded):
        return False
    return FAILED.search(folded) is not None or GAVE_UP.search(folded) is not None


def text_failures(text: str, *, is_system: bool) -> list[str]:
    """Return addresses near a sentence that says what failed, of a bounce before the original.

    Args:
        text: What comes before the original.
        is_system: A mail system's address is in From: then single words are enough. People
            write them as well, so of anybody else a whole sentence and a list is asked.
    """
    if not is_system and not FAILED.search(fold_line(text)):
        return []
    lines = [line[:_LINE_CHARACTERS] for line in text.split("\n")]
    # Where lines begin with an address, sentences beside them tell of other people.
    ways = (_beginning, _anywhere) if is_system else (listed_in,)
    for named_in in ways:
        near = _near(lines, named_in, is_system=is_system)
        if found := distinct((one for one in near if not is_daemon(one)), MOST_NAMED):
            return found
    return []


def only_address(said: str, receivers: Container[str]) -> list[str]:
    """Return the one address that stands beside the status of a refusal, however it says it.

    Args:
        said: What comes before the original.
        receivers: Whom the bounce is sent to: it may speak to them by their address.
    """
    if not enhanced_status(said):
        return []
    lines = (line[:_LINE_CHARACTERS] for line in said.split("\n"))
    named = (one for line in lines for one in _anywhere(line))
    found = distinct((one for one in named if not is_daemon(one)), MOST_NAMED)
    return found if len(found) == 1 and found[0] not in receivers else []


def _near(
    lines: list[str], named_in: Callable[[str], list[str]], *, is_system: bool
) -> Iterator[str]:
    """Yield addresses from an introducing line on; a paragraph with some is the last."""
    left = 0
    had_address = False
    before = ""
    for line in lines:
        words = fold_line(line)
        introduces = _introduces(before, words, is_system=is_system)
        before = words
        if introduces:
            left, had_address = _NEAR_LINES, False
        if left <= 0:
            continue
        left -= 1
        found = named_in(line)
        if had_address and not words and not introduces:
            # The paragraph is over; what follows is said by servers, or is the original.
            left = min(left, 2)
        had_address = had_address or bool(found)
        yield from found


def _introduces(before: str, words: str, *, is_system: bool) -> bool:
    if is_system:
        return INTRODUCTION.search(words) is not None
    # A sentence may go on in the next line.
    return bool(words) and bool(FAILED.search(f"{before} {words}") or BRACKETED.match(words))


def _anywhere(line: str) -> list[str]:
    return [] if NEVER.search(fold_line(line)) else addresses_in(line)


def _beginning(line: str) -> list[str]:
    """Return the addresses that a line begins with; the rest of it mentions somebody else."""
    begin = LISTED.match(fold_line(line))
    if begin is None or NEVER.search(begin[0]):
        return []
    found = addresses_in(line)
    places = [line.lower().find(address) for address in found]
    ends = [place + len(address) for place, address in zip(places, found, strict=True)]
    further = (
        not _BETWEEN.fullmatch(line, end, place)
        for end, place in zip(ends, places[1:], strict=False)
    )
    return found[: next((count for count, is_over in enumerate(further, 1) if is_over), None)]


def listed_in(line: str) -> list[str]:
    """Return addresses that a line lists, or says a mail was for; not those mentioned."""
    if found := _beginning(line):
        return found
    if NEVER.search(fold_line(line)):
        return []
    return [one for meant in MEANT.finditer(line) for one in addresses_in(meant[1])]
