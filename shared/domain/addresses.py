"""E-mail addresses (RFC 5321, RFC 6531): the one home of email-validator. Pure.

The domain is checked as a name below `.example`, so that hosts of a private network and reserved
names (`root@server`, `.test`, RFC 2606) pass as well.
"""

from email_validator import EmailNotValidError, validate_email

_BELOW = ".example"
_LONGEST = 320


def is_valid_address(address: str) -> bool:
    """Whether `address` is one e-mail address, whatever its domain."""
    if len(address) > _LONGEST:
        return False
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


def domain_of(address: str) -> str:
    """The part of `address` after its last at sign, or an empty string."""
    return address.rpartition("@")[2] if "@" in address else ""
