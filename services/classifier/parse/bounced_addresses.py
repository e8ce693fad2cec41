"""Addresses as reports of machines write them: typed, encoded, bracketed, or loose in a text.

Everything matches at most a few hundred characters from where it is tried: linear for any input.
"""

import re
from collections.abc import Iterable

from services.classifier.parse.charsets import clean_line
from services.classifier.parse.headers import decode_words
from shared.domain.addresses import comparable

_ADDRESS = re.compile(
    r"[^\s<>()\[\]\",;:|\\@'`]{1,64}@(?:[\w](?:[\w.-]{0,250}[\w])?|\[[0-9a-fA-F.:IPv]{3,45}\])"
)
_QUOTED = re.compile(r'"[^"\n@]{1,60}"@[\w](?:[\w.-]{0,250}[\w])?')
_TYPE = re.compile(r"\s*(?:rfc-?822|utf-?8|smtp|x400|x-[a-z0-9-]{1,20}|unknown)\s*;", re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_UTF8 = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_BEFORE = "*.,:;'`-!&/"
_DAEMONS = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|mdaemon|mailer|post-?master|mail\.delivery\.system|listserv"
    r"|symantec_antivirus[\w]{0,30}|no-?reply|do-?not-?reply|abuse|root)(?:\+[^@]{0,60})?@"
)
_TYPED_CHARACTERS = 1000
_LONGEST = 320
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def typed_address(value: str) -> str | None:
    """Return the address of a field of a report: `rfc822; Jan@Firma.cz` (RFC 3464 section 2.1.2).

    Takes also xtext (RFC 3461 section 4) and the two utf-8 forms (RFC 6533 section 3), angle
    brackets and comments. What has no at sign is no address.
    """
    found = _TYPE.match(value)
    kind = found[0].strip().rstrip(";").strip().lower() if found else ""
    text = value[found.end() :] if found else value
    if kind.startswith("utf"):
        text = _UTF8.sub(_character, text)
    text = _COMMENT.sub("", text).strip()
    if "+" in text and "@" not in text:
        text = _XTEXT.sub(lambda code: chr(int(code[1], 16)), text)
    if "=?" in text and "@" not in text:
        text = decode_words(text, [])
    found_in = addresses_in(clean_line(text[:_TYPED_CHARACTERS]))
    return found_in[0] if found_in else None


def _character(code: re.Match[str]) -> str:
    number = int(code[1], 16)
    return chr(number) if number <= _LAST_CHARACTER and number not in _SURROGATES else ""


def addresses_in(text: str) -> list[str]:
    """Return every address in `text`, in lower case, each once, in order."""
    if "@" not in text:
        return []
    found = [match[0] for match in _QUOTED.finditer(text)] if '"@' in text else []
    found += [match[0] for match in _ADDRESS.finditer(text)]
    tidied = (tidy(address) for address in found)
    return list(dict.fromkeys(address for address in tidied if is_possible(address)))


def is_possible(address: str) -> bool:
    """Return whether `address` can be one at all: characters that no system takes make it none.

    What is stored and compared in a database must not fail there. Letters of any script may stand
    in an address (RFC 6531); control characters, blanks and undecodable bytes never.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or len(address) > _LONGEST:
        return False
    quoted = local.startswith('"')
    bare = address.replace(" ", "") if quoted else address
    return bare.isprintable() and " " not in bare and "\ufffd" not in bare


def tidy(address: str) -> str:
    """Return an address in lower case, without marks; of a route (RFC 5321, C) the end."""
    address = comparable(address.strip())
    if address.startswith('"'):
        return address
    local, _, domain = address.rpartition("@")
    return f"{local.lstrip(_BEFORE)}@{domain.strip('.')}"


def is_daemon(address: str) -> bool:
    """Return whether a mail system writes under this address: never a recipient that failed."""
    return _DAEMONS.match(address) is not None


def distinct(addresses: Iterable[str], limit: int) -> list[str]:
    """Return the first `limit` addresses, each once."""
    kept: dict[str, None] = {}
    for address in addresses:
        if len(kept) == limit:
            break
        kept[address] = None
    return list(kept)
