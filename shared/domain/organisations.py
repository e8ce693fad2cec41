"""Organisational domains (RFC 7489 section 3.2): the one home of publicsuffixlist. Pure."""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=4096)
def organisational_domain(domain: str) -> str:
    """Return the domain that was registered: `acme.co.uk` for `mail.acme.co.uk`.

    In lower case and IDNA form. A public suffix itself, and what is no domain, is returned as it
    is, so that nobody shares an organisation with everybody below `cz`.
    """
    name = _idna(domain.strip().strip(".").lower())
    return _suffixes().privatesuffix(name) or name


def _idna(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
