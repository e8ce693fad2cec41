"""What a bounce says of a reason, without what is none (B-3). Pure, linear.

Names stand beside reasons: the failed address and its domain, hosts, links, fields of the original.
A word in a name (`account@`, `spamcop.example`) says nothing, nor does a sentence that every bounce
of a mail system has.
"""

import re

from services.classifier.parse.seldom import SeldomPattern
from shared.domain.addresses import domain_of
from shared.domain.folding import fold_line

JUDGED_CHARACTERS = 4000
_MOST_DOMAINS = 20
_FIELD = SeldomPattern(
    r"^[ \t>|]{0,8}(?:subject|date|from|to|cc|reply-to|message-id|received|return-path|mime-version"
    r"|content-[a-z-]{2,30}|x-[a-z-]{2,30}|p[řr]edm[ěe]t|datum|od|komu)[ \t]*:[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_LINK = re.compile(r"(https?://|www\.)([^\s<>\"/?#]*)[^\s<>\"]*", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,100}@([^\s<>()\[\]\"',;:]{0,250})")
_HOST = re.compile(
    r"\b(host|server|mta|from|by|at|dns;|smtp;|gateway) ?\[?"
    r"(?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{2,24}\b",
    re.IGNORECASE,
)
_INNER = re.compile(r"\b([45][0-9]{2})[ -]['\"]([^'\"]{3,2000})")
_FIXED = SeldomPattern(
    r"unable to deliver (?:this |your |the )?(?:mail|message)s?(?: to)?(?: the following.{0,40})?"
    r"|\(?and other recipients in the same domain\)?|end of message"
    r"|(?:the )?following (?:mail|message|recipient|address)(?:\(?e?s\)?)?.{0,40}"
    r"(?:failed|could not|cannot)(?: to)?(?: be)? ?(?:delivered|reached)?"
    r"|(?:your|this|the|an?) (?:mail|message|e-mail) (?:could|can|was)(?: ?not|n.t)(?: be)?"
    r" delivered(?: to (?:one or more|the following|these|some)(?: recipients?)?)?"
    r"|message could not be delivered|be delivered to one or more(?: of its)? recipients"
    r"|(?:this is a|a) permanent error|i.ve given up|sorry it did ?n.t work out"
    r"|this is an automatic(?:ally)?[^.]{0,60}|please do not reply[^.]{0,60}|do not reply"
    r"|returned? (?:message|mail)? ?to (?:the )?sender"
    r"|\b(?:reason|delivery|message|error)\b"
)
_WORD = re.compile(r"[a-z]{3,}")
_MOST_NOISE = 3


def innermost(diagnostic: str) -> str:
    """Return the other server's own answer, where a gateway quotes it after general words."""
    found = _INNER.search(diagnostic)
    return f"{found[1]} {found[2]}" if found else diagnostic


def reason_in(said: str, address: str = "") -> str:
    """Return what is said, folded, without addresses, their domains, hosts and header fields.

    Of a link the host stays: it tells of a block list, or of a group.
    """
    said = said[:JUDGED_CHARACTERS]
    domains = {domain_of(address), *(found[1].strip(".>") for found in _ADDRESS.finditer(said))}
    text = _ADDRESS.sub(" ", _LINK.sub(r" \2 ", _FIELD.sub(" ", said)))
    text = _HOST.sub(r"\1 ", text)
    for domain in sorted(domains, key=len, reverse=True)[:_MOST_DOMAINS]:
        if domain:
            text = re.sub(rf"[\w.-]{{0,60}}{re.escape(domain)}", " ", text, flags=re.IGNORECASE)
    return fold_line(text)


def says_something(reason: str) -> bool:
    """Return whether a folded reason says anything, even what nobody here understands."""
    # "smtp; 550 error" says nothing.
    return len(_WORD.findall(_FIXED.sub(" ", reason))) > _MOST_NOISE
