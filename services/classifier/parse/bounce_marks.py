"""The cheap test before any search for bounces: does a machine write here (H-23)?

Asks only header fields, so that ordinary mail pays a few microseconds. Of the sender it asks the
address alone: a display name is whatever a company is called.
"""

import re
from dataclasses import dataclass

from services.classifier.parse.headers import Headers, decode_field
from services.classifier.parse.seldom import SeldomPattern
from shared.domain.folding import fold_line

_ANSWERS_FOR_PEOPLE = ("x-autoreply", "x-autorespond", "x-autoresponse")
_ASKED = frozenset(
    (
        *("from", "subject", "return-path", "to", "x-failed-recipients"),
        *("auto-submitted", "x-auto-response-suppress", "precedence"),
        *_ANSWERS_FOR_PEOPLE,
    )
)
_SYSTEM = re.compile(
    rb"mailer.?daemon|mdaemon|mail.?daemon|mail.?deliver(?:y|er).{0,3}(?:sub)?.?system"
    rb"|microsoftexchange[0-9a-f]{8}",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    rb"post.?master|system.?admin|mail.?admin|anti.?virus|imss\b|mail.?system|microsoft.exchange|^staff$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(rb"<([^<>]{0,400})>")
_COMMENT = re.compile(rb"\([^()]{0,200}\)")
_EMPTY_PATH = re.compile(rb"\s*<\s*>|\s*<?mailer-daemon", re.IGNORECASE)
_SUBJECT = SeldomPattern(
    r"undeliver|not delivered|could not be delivered|non.?deliver|failure notice|returned mail"
    r"|return(?:ed|ing)? .{0,12}to sender|mail (?:system )?error|(?:delivery|mail|message).{0,30}"
    r"(?:fail|problem|warning|error|status|delayed)|fail(?:ed|ure).{0,20}(?:mail|deliver|message)"
    r"|user unknown|nedoruc|nelze dorucit|unzustellbar|zustellung|non remis|impossible de remettre"
    r"|no entregad|no se puede|niet bezorg|niedostarcz|niedorecz|mancato recapito|onbestelbaar"
    r"|complaint about message|processing error|kan ikke lever|ej levere|olevererbar"
    r"|kezbesithetetlen"
    r"|permanent.{0,20}(?:fail|error)",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"dmarc|quarantin|karanten|\bvirus|\bspam\b|\bdigest\b")
"""What filters tell of mail that they keep: nobody failed."""

_ANSWERED = re.compile(r"(?:re|aw|odp|fwd?|wg|sv|vs|antw)\b")
_AUTOMATIC_ANSWER = re.compile(
    r"automatic reply|auto(?:mat(?:ic|ed))?[ -]?re(?:ply|sponse)|out of (?:the )?office"
    r"|automatick[ae] odpoved|mimo kancelar|nepritomn|dovolen|abwesen|urlaub"
    r"|automatische antwort|automatisch antwoord|reponse automatique|absence|vacation|autosvar"
    r"|respuesta automatica|risposta automatica|automatyczna odpowiedz|no longer (?:works|with)"
)
_VALUE_BYTES = 20_000
_SUBJECT_BYTES = 2000
_SENDER_BYTES = 1000


@dataclass(frozen=True, slots=True)
class Marks:
    """What the header of a mail shows.

    Attributes:
        system: The sender's address is a mail system's, or empty.
        daemon: A mail system wrote it: by its address, or by two of these: a likely address, an
            empty Return-Path, a subject that speaks of delivery. One alone people have too.
        nobody: It has an empty Return-Path, and answers nobody.
        failed: X-Failed-Recipients, or an empty string; asked only where a machine may write.
        to: Whom it is sent to, as its To field says, in lower case.
        of_delivery: Its subject speaks of delivery.
    """

    system: bool = False
    daemon: bool = False
    nobody: bool = False
    failed: str = ""
    to: str = ""
    of_delivery: bool = False

    def __bool__(self) -> bool:
        """Whether it is worth a search."""
        return self.daemon or self.nobody


_NONE = Marks()


def marks_of(headers: Headers) -> Marks:
    """Return the marks of a mail with these header fields."""
    asked = _asked(headers)
    sender = _local_part(asked)
    system = _is_system(sender)
    likely = _PERHAPS.search(sender) is not None
    nobody = _has_empty_path(asked)
    if not system and (not (likely or nobody) or _is_answer(asked, likely=likely)):
        return _NONE
    subject = _subject(asked)
    of_delivery = _SUBJECT.search(subject) is not None
    if not of_delivery and _NOTICE.search(subject):
        return _NONE
    daemon = system or (likely and nobody) or of_delivery
    if not (daemon or nobody):
        return _NONE
    failed = _text(asked, "x-failed-recipients")
    return Marks(system, daemon, nobody, failed, _text(asked, "to").lower(), of_delivery)


def is_of_no_person(headers: Headers) -> bool:
    """Whether a mail system wrote a mail, or a machine that answers for somebody (RFC 3834)."""
    asked = _asked(headers)
    return _is_system(_local_part(asked)) or _is_automatic_answer(asked)


def _asked(headers: Headers) -> dict[str, bytes]:
    """Return the first field of each name that tells anything."""
    asked: dict[str, bytes] = {}
    for name, value in headers.fields:
        if name in _ASKED and name not in asked:
            asked[name] = value[:_VALUE_BYTES]
    return asked


def _local_part(asked: dict[str, bytes]) -> bytes:
    """Return that of the address in the From field, however written; empty if that is empty."""
    sender = asked.get("from", b"unknown")[-_SENDER_BYTES:]
    bracketed = list(_BRACKETED.finditer(sender))
    if bracketed:
        address = bracketed[-1][1]
        return address.rpartition(b"@")[0] if b"@" in address else address.strip()
    bare = _COMMENT.sub(b"", sender).strip()
    # A name without brackets, as some write it, is no part of the address.
    return bare.rpartition(b"@")[0].split(b" ")[-1] if b"@" in bare else bare


def _is_system(local_part: bytes) -> bool:
    return not local_part or _SYSTEM.search(local_part) is not None


def _has_empty_path(asked: dict[str, bytes]) -> bool:
    return _EMPTY_PATH.match(asked.get("return-path", b"")) is not None


def _text(asked: dict[str, bytes], name: str) -> str:
    return asked.get(name, b"").decode("utf-8", "replace")


def _is_answer(asked: dict[str, bytes], *, likely: bool) -> bool:
    """Return people's answers, and machines' that answer for people (RFC 3834): no bounce (H-23).

    A postmaster whom no answer can reach is a mail system: Exchange says `auto-replied`, or `Re:`.
    """
    if likely and (_has_empty_path(asked) or b"auto-replied" in asked.get("auto-submitted", b"")):
        return _AUTOMATIC_ANSWER.match(_subject(asked)) is not None
    return _is_automatic_answer(asked) or _ANSWERED.match(_subject(asked)) is not None


def _is_automatic_answer(asked: dict[str, bytes]) -> bool:
    automatic = asked.get("auto-submitted", b"").strip().lower()
    if automatic.startswith(b"auto-replied") or any(one in asked for one in _ANSWERS_FOR_PEOPLE):
        return True
    if asked.get("precedence", b"").strip().lower() == b"auto_reply":
        return True
    # Exchange's rules write `auto-generated`, and ask not to be answered.
    if automatic.startswith(b"auto-generated") and "x-auto-response-suppress" in asked:
        return True
    return _AUTOMATIC_ANSWER.match(_subject(asked)) is not None


def _subject(asked: dict[str, bytes]) -> str:
    return fold_line(decode_field(asked.get("subject", b"")[:_SUBJECT_BYTES], []))
