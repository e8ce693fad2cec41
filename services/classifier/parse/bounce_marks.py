"""The cheap test before any search for bounces: does a machine write here (H-23)?

Asks only header fields, so that ordinary mail pays a few microseconds.
"""

import re
from dataclasses import dataclass

from services.classifier.parse.headers import Headers, decode_field
from shared.folding import fold_line

_ANSWERS_FOR_PEOPLE = ("x-autoreply", "x-autorespond", "x-autoresponse")
_ASKED = frozenset(
    (
        *("from", "subject", "return-path", "to", "x-failed-recipients"),
        *("auto-submitted", "x-auto-response-suppress", "precedence", *_ANSWERS_FOR_PEOPLE),
    )
)
_DAEMON = re.compile(
    rb"mailer.?daemon|mdaemon@|mail.?deliver(?:y|er).{0,3}(?:sub)?.?system|^\s*<>|<>\s*$"
    rb"|microsoftexchange[0-9a-f]{8}|mail.delivery.(?:sub)?system@",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    rb"post.?master|system.?admin|mail.?admin|antivirus|imss@|mail.?system|staff@hotmail"
    rb"|microsoft.exchange",
    re.IGNORECASE,
)
_EMPTY_PATH = re.compile(rb"\s*<\s*>|\s*<?mailer-daemon", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|not delivered|could not be delivered|non.?deliver|failure notice|returned mail"
    r"|return(?:ed|ing)? .{0,12}to sender|mail (?:system )?error|(?:delivery|mail|message).{0,30}"
    r"(?:fail|problem|warning|error|status|delayed)|fail(?:ed|ure).{0,20}(?:mail|deliver|message)"
    r"|user unknown|nedoruc|nelze dorucit|unzustellbar|zustellung|non remis|impossible de remettre"
    r"|no entregad|no se puede|niet bezorg|niedostarcz|niedorecz|mancato recapito|onbestelbaar"
    r"|complaint about message|processing error|kan ikke lever|ej levere|olevererbar"
    r"|permanent.{0,20}(?:fail|error)",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?:re|aw|odp|fwd?|wg|sv|vs|antw)\b|automatic reply|auto(?:mat(?:ic|ed))?[ -]?re(?:ply|sponse)"
    r"|out of (?:the )?office|automatick[ae] odpoved|mimo kancelar|nepritomn|dovolen|abwesen|urlaub"
    r"|automatische antwort|automatisch antwoord|reponse automatique|absence|vacation|autosvar"
    r"|respuesta automatica|risposta automatica|automatyczna odpowiedz|no longer (?:works|with)"
)


_VALUE_BYTES = 20_000
_SUBJECT_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Marks:
    """What the header of a mail shows.

    Attributes:
        daemon: A mail system wrote it: by its name, or by two of these: a likely name, an
            empty Return-Path, a subject that speaks of delivery. One alone people have too.
        failed: X-Failed-Recipients, or an empty string.
        to: Whom it is sent to, as its To field says, in lower case.
    """

    daemon: bool = False
    failed: str = ""
    to: str = ""

    def __bool__(self) -> bool:
        """Whether it is worth a search."""
        return self.daemon or bool(self.failed)


_NONE = Marks()


def marks_of(headers: Headers) -> Marks:
    """The marks of a mail with these header fields."""
    asked: dict[str, bytes] = {}
    for name, value in headers.fields:
        if name in _ASKED and name not in asked:
            asked[name] = value[:_VALUE_BYTES]
    failed = asked.get("x-failed-recipients", b"")
    daemon = _is_daemon(asked)
    if not daemon and not failed:
        return _NONE
    return Marks(daemon, failed.decode("utf-8", "replace"), _text(asked, "to").lower())


def _is_daemon(asked: dict[str, bytes]) -> bool:
    sender = asked.get("from", b"")[:500]
    if _DAEMON.search(sender):
        return True
    likely = _PERHAPS.search(sender) is not None
    nobody = _EMPTY_PATH.match(asked.get("return-path", b"")) is not None
    if not (likely or nobody) or _is_answer(asked):
        return False
    if likely and nobody:
        return True
    return _SUBJECT.search(_subject(asked)) is not None


def _text(asked: dict[str, bytes], name: str) -> str:
    return asked.get(name, b"").decode("utf-8", "replace")


def _is_answer(asked: dict[str, bytes]) -> bool:
    """People's answers, and machines' that answer for people (RFC 3834): no bounce (H-23)."""
    automatic = asked.get("auto-submitted", b"").strip().lower()
    if automatic.startswith(b"auto-replied") or any(one in asked for one in _ANSWERS_FOR_PEOPLE):
        return True
    if asked.get("precedence", b"").strip().lower() == b"auto_reply":
        return True
    # Exchange's rules write `auto-generated`, and ask not to be answered.
    if automatic.startswith(b"auto-generated") and "x-auto-response-suppress" in asked:
        return True
    return _ANSWER.match(_subject(asked)) is not None


def _subject(asked: dict[str, bytes]) -> str:
    return fold_line(decode_field(asked.get("subject", b"")[:_SUBJECT_BYTES], []))
