"""The cheap test before any search for bounces: does a machine write here (H-23)?

Asks only header fields, so that ordinary mail pays a few microseconds.
"""

import re
from dataclasses import dataclass

from services.classifier.parse.headers import Headers, decode_field

_ASKED = frozenset(
    ("from", "subject", "return-path", "to", "x-failed-recipients", "auto-submitted", "x-autoreply")
)
_DAEMON = re.compile(
    rb"mailer.?daemon|staff@hotmail|post.?master|mail.?delivery|mail.?deliver|mdaemon|<>|delivery.?(?:sub)?system"
    rb"|system.?administrator|mail.?administrator|antivirus|imss@|mail.?system"
    rb"|microsoftexchange[0-9a-f]{8}",
    re.IGNORECASE,
)
_EMPTY_PATH = re.compile(rb"\s*<\s*>|\s*<?mailer-daemon", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|not delivered|could not be delivered|non.?deliver|failure notice|returned mail"
    r"|return(?:ed|ing)? .{0,12}to sender|mail (?:system )?error|(?:delivery|mail|message).{0,30}"
    r"(?:fail|problem|warning|error|status|delayed)|fail(?:ed|ure).{0,20}(?:mail|deliver|message)"
    r"|user unknown|nedoruc|nelze dorucit|unzustellbar|zustellung|non remis|impossible de remettre"
    r"|no entregad|no se puede|niet bezorg|niedostarcz|niedorecz|mancato recapito|onbestelbaar"
    r"|processing error|kan ikke lever|ej levere|olevererbar|permanent",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    rb"\s*(?:re|aw|odp|fwd?|wg|automatic reply|auto(?:matic)?[ -]?re(?:ply|sponse)|out of office"
    rb"|automaticka odpoved|abwesen[dh]|vacation)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What the header of a mail shows.

    Attributes:
        daemon: A mail system is its sender, or nobody is.
        subject: Its subject speaks of delivery.
        failed: X-Failed-Recipients, or an empty string.
        to: Whom it is sent to, as its To field says, in lower case.
    """

    daemon: bool = False
    subject: bool = False
    failed: str = ""
    to: str = ""

    def __bool__(self) -> bool:
        """Whether it is worth a search."""
        return self.daemon or self.subject or bool(self.failed)


def marks_of(headers: Headers) -> Marks:
    """The marks of a mail with these header fields."""
    asked: dict[str, bytes] = {}
    for name, value in headers.fields:
        if name in _ASKED and name not in asked:
            asked[name] = value
    subject = asked.get("subject", b"")[:2000]
    failed = asked.get("x-failed-recipients", b"")
    daemon = bool(
        _DAEMON.search(asked.get("from", b"")[:500])
        or _EMPTY_PATH.match(asked.get("return-path", b""))
    )
    if _is_answer(asked, subject) and not failed:
        return Marks()
    decoded = decode_field(subject, []) if daemon else subject.decode("latin-1")
    return Marks(
        daemon,
        bool(_SUBJECT.search(decoded)),
        failed[:20_000].decode("utf-8", "replace"),
        asked.get("to", b"")[:1000].decode("utf-8", "replace").lower(),
    )


def _is_answer(asked: dict[str, bytes], subject: bytes) -> bool:
    """People's answers, and machines' that answer for people (RFC 3834): no bounce (H-23)."""
    automatic = asked.get("auto-submitted", b"").strip().lower().startswith(b"auto-replied")
    daemon = _DAEMON.search(asked.get("from", b"")[:500])
    return not daemon and (automatic or "x-autoreply" in asked or bool(_ANSWER.match(subject)))
