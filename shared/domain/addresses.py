"""E-mail addresses (RFC 5321, RFC 6531): the one home of email-validator and idna. Pure.

The domain is checked as a name below `.example`, so that hosts of a private network and reserved
names (`root@server`, `.test`, RFC 2606) pass as well.
"""

import re
import unicodedata

_BELOW = ".example"
_LONGEST = 320

_PLAIN = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
    r"@(?:(?=[^.]{1,63}\.)[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}",
    re.ASCII | re.IGNORECASE,
)
_LONGEST_PLAIN = 240


def is_valid_address(address: str) -> bool:
    """Return whether `address` is one e-mail address, whatever its domain."""
    if len(address) <= _LONGEST_PLAIN and _PLAIN.fullmatch(address):
        return True
    return len(address) <= _LONGEST and _is_valid(address)


def _is_valid(address: str) -> bool:
    # Here, because its tables are large, and nearly all addresses are plain.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        validate_email(
            address + _BELOW,
            check_deliverability=False,
            allow_quoted_local=True,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        return False
    return True


def comparable(address: str) -> str:
    """Return `address`, or a bare domain, in the one form in which addresses are compared (R-b).

    In lower case, composed (NFC), and the domain as it goes over the wire (IDNA, RFC 5891): mail
    programs write `xn--` where people write letters. A domain that is none stays as it is.
    """
    if address.isascii():
        return address.lower()
    local, at, domain = unicodedata.normalize("NFC", address.lower()).rpartition("@")
    return f"{local}{at}{_in_ascii(domain)}"


def spellings(address: str) -> tuple[str, ...]:
    """Return how people write a comparable address or domain into a database, usual first."""
    local, at, domain = address.rpartition("@")
    letters = f"{local}{at}{_in_letters(domain)}" if "xn--" in domain else address
    if letters.isascii():
        return (address,)
    decomposed = unicodedata.normalize("NFD", letters)
    return tuple(dict.fromkeys((address, letters, decomposed)))


def _in_ascii(domain: str) -> str:
    # Here, as below, because its tables are large, and few domains have letters beyond ASCII.
    import idna  # noqa: PLC0415

    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return domain


def _in_letters(domain: str) -> str:
    import idna  # noqa: PLC0415

    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def mailbox_of(address: str) -> str:
    """Return `address` without what is behind a plus sign: its mail comes into one mailbox."""
    local, at, domain = address.rpartition("@")
    name = local[:1] + local[1:].partition("+")[0]
    return f"{name}{at}{domain}"


def domain_of(address: str) -> str:
    """Return the part of `address` after its last at sign, or an empty string."""
    return address.rpartition("@")[2] if "@" in address else ""
