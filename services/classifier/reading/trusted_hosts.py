"""What a box says of the systems that its mail comes in by (S-1). Pure."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from services.classifier.reading.mail_systems import MAIL_SYSTEMS
from shared.settings.trust_keys import TrustKeys

_LOCAL = ("localhost", "localhost.localdomain")
_GOOGLE_INSIDE = "2002:a05:"
_PRIVATE = [
    ipaddress.ip_network(each)
    for each in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
]


@dataclass(frozen=True, slots=True)
class TrustedHosts:
    """The settings of a box, with those of the systems that it names.

    Attributes:
        authserv_ids: Names by which its servers sign results, in lower case.
        border_hosts: Patterns of the servers that take mail from outside.
        trusted_hosts: Patterns, or addresses, of further servers of the way in.
        inner_hosts: Patterns of servers that take no mail from outside.
        own_domains: Of the company.
        unsigned: The border signs its results with no name, as Exchange Online does.
        one_field: Its servers write one field of results each; a second one was the sender's.
    """

    authserv_ids: frozenset[str] = frozenset()
    border_hosts: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    inner_hosts: tuple[str, ...] = ()
    own_domains: frozenset[str] = frozenset()
    unsigned: bool = False
    one_field: bool = False

    def is_border(self, host: str) -> bool:
        """Return whether `host` is one that takes mail from outside."""
        return _fits_any(host, self.border_hosts)

    def is_inner(self, host: str) -> bool:
        """Return whether `host` takes mail from servers of its own system alone."""
        return _fits_any(host, self.inner_hosts)

    def is_inside(self, host: str) -> bool:
        """Return whether `host` is a server of the way in, by its name or address."""
        host = host.removeprefix("ipv6:")
        below = any(host == own or host.endswith(f".{own}") for own in self.own_domains)
        return (
            below
            or host in self.authserv_ids
            or _fits_any(host, (*self.trusted_hosts, *self.inner_hosts, *self.border_hosts))
            or is_local(host)
        )


def trusted_hosts(box: TrustKeys, own_domains: frozenset[str]) -> TrustedHosts:
    """Return what `box` says, its `mailSystem`s included."""
    systems = [MAIL_SYSTEMS[name] for name in box.mail_system]
    ids = (*box.authserv_id, *(one for system in systems for one in system.authserv_ids))
    return TrustedHosts(
        frozenset(one.lower() for one in ids),
        (*box.border_host, *(one for system in systems for one in system.border_hosts)),
        (*box.trusted_host, *(one for system in systems for one in system.trusted_hosts)),
        tuple(one for system in systems for one in system.inner_hosts),
        own_domains,
        unsigned=any(system.unsigned for system in systems),
        one_field=any(system.one_field for system in systems) and not box.authserv_id,
    )


def is_local(host: str) -> bool:
    """Return whether `host` names this machine, a private network, or Google's own relays."""
    if host in _LOCAL or host.startswith(_GOOGLE_INSIDE):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)


def _fits_any(host: str, patterns: Sequence[str]) -> bool:
    return any(
        host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
        for pattern in patterns
    )
