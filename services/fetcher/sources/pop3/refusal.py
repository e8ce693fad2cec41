"""What a POP3 server means by a refusal: its codes first, then its words. Pure.

Codes are those of RFC 2449 (section 8), RFC 3206, and those that Exchange borrowed from IMAP.
"""

import re
from enum import Enum


class Refusal(Enum):
    """What a refusal is about.

    `BUSY`: another session has the mailbox. `LATER`: the server or the account, for now. `LOGIN`:
    the login, or an account that somebody has to look after. `MAIL`: what was asked for.
    """

    BUSY = "busy"
    LATER = "later"
    LOGIN = "login"
    MAIL = "mail"


_CODE = re.compile(r"^-ERR\s+\[([A-Z0-9/-]+)", re.IGNORECASE)
_CODES = {
    "IN-USE": Refusal.BUSY,
    "INUSE": Refusal.BUSY,
    "LOGIN-DELAY": Refusal.LATER,
    "SYS/TEMP": Refusal.LATER,
    "LIMIT": Refusal.LATER,
    "UNAVAILABLE": Refusal.LATER,
    "SYS/PERM": Refusal.LOGIN,
    "AUTH": Refusal.LOGIN,
}
_ACCOUNT = re.compile(
    r"disabled|not enabled|not active|inactive|switched off|turned off|suspend|expired|blocked"
    r"|denied|not (?:allowed|permitted|authori[sz]ed)|invalid|incorrect|wrong"
    r"|bad (?:login|password)"
    r"|authentication fail|auth\w* failed|unknown user|no such user"
    r"|(?:account|user)\b(?: \S+){0,3} (?:is |has been |was )?(?:\w+ )?lock|locked out",
    re.IGNORECASE,
)
_BUSY = re.compile(
    r"in use|maildrop|already (?:lock|open|in use|logged)|to (?:get |obtain |acquire )?(?:a )?lock"
    r"|mailbox (?:is )?(?:\w+ )?lock|lock(?:ed)? by"
    r"|other (?:pop3? )?(?:session|process|connection|client)",
    re.IGNORECASE,
)
_MANY = re.compile(r"too many|maximum (?:number of )?conn", re.IGNORECASE)
_LATER = re.compile(
    r"too many|try (?:again|later)|again later|temporar|throttl|unavailable|not available"
    r"|server (?:is )?busy|overload|rate limit|login (?:rate|frequency)|maximum (?:number of )?conn"
    r"|connection (?:limit|is closed)|shutting down|internal (?:server )?error|maintenance"
    r"|timed? ?out",
    re.IGNORECASE,
)


def meaning_of_login(words: str) -> Refusal:
    """Return what the refusal of a login is about.

    A locked account is the login's trouble, whatever else is said: knocking would keep it locked
    (F-61).
    """
    if coded := _coded(words):
        return coded
    if _MANY.search(words) and not _ACCOUNT.search(words):
        return Refusal.LATER
    for about, pattern in (
        (Refusal.LOGIN, _ACCOUNT),
        (Refusal.BUSY, _BUSY),
        (Refusal.LATER, _LATER),
    ):
        if pattern.search(words):
            return about
    return Refusal.LOGIN


def meaning_of_command(words: str) -> Refusal:
    """Return what the refusal of another command is about: the mail, unless a code says else."""
    coded = _coded(words)
    return coded if coded in (Refusal.BUSY, Refusal.LATER) else Refusal.MAIL


def _coded(words: str) -> Refusal | None:
    found = _CODE.match(words)
    return _CODES.get(found[1].upper()) if found else None
