"""The way a mail came in by: its border, and what the servers of the way said of it (S-1). Pure.

Servers put their fields on top. So whatever is above the `Received` field of the border, the
server that took the mail from outside, was written by the company's own systems, and what a sender
wrote is below. Only the fields directly below may be of either: some filters put theirs there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from services.classifier.parse.headers import Headers
from services.classifier.reading.results import Results, read_results, without_comments
from services.classifier.reading.trusted_hosts import TrustedHosts, is_local

_RESULTS = "authentication-results"
_NAMED_BY_SERVER = re.compile(r"\(\s*([\w.-]{1,253})\.?\s+\[")
_ADDRESSES = re.compile(r"[\[(]\s*((?:ipv6:)?[0-9a-f.:]{3,45})\s*[\])]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hop:
    """What one server of the way in said.

    Attributes:
        above: Its results above its `Received`, from the top.
        below: Those directly below, before the next `Received`; only the border has any.
    """

    above: tuple[Results, ...]
    below: tuple[Results, ...] = ()


@dataclass(frozen=True, slots=True)
class WayIn:
    """The servers of the company that a mail passed.

    Attributes:
        hops: The border first, the last server to have it last; never empty.
        border: The border's name; None if no server of the way is known.
        stranger: The first server that is not known, if the way ends at one.
        ignored: Further down are results that bear a name of ours.
        own_fields: How many fields from the top were written by the way in.
    """

    hops: tuple[Hop, ...]
    border: str | None = None
    stranger: str | None = None
    ignored: bool = False
    own_fields: int = 0


def way_in(headers: Headers, trusted: TrustedHosts) -> WayIn:
    """Walk down the `Received` fields of `headers` to the border."""
    received = [at for at, (name, _) in enumerate(headers.fields) if name == "received"]
    hosts = [_by(headers.fields[at][1]) for at in received]
    border = _border(headers, received, hosts, trusted)
    ends = [*received, len(headers.fields)]
    if border is None:
        own = ends[0]
        signed = replace(trusted, unsigned=False)
        hops: tuple[Hop, ...] = (Hop(_ours(headers, signed, range(own))),)
    else:
        own = received[border]
        hops = tuple(_hops(headers, trusted, ends, border))
    counted = own if border is None else ends[border + 1]
    ignored = bool(_ours(headers, trusted, range(counted, len(headers.fields))))
    name = None if border is None else hosts[border]
    stranger = next((host for host in hosts if border is None), None)
    return WayIn(hops, name, stranger, ignored, own)


def _hops(
    headers: Headers, trusted: TrustedHosts, ends: Sequence[int], border: int
) -> Iterator[Hop]:
    """Yield the hops from the border up, each with what is between its `Received` and the last."""
    begins = [0, *(at + 1 for at in ends[:border])]
    signed = replace(trusted, unsigned=False)
    below = _ours(headers, signed, range(ends[border] + 1, ends[border + 1]))
    for at in range(border, -1, -1):
        above = _ours(headers, trusted, range(begins[at], ends[at]))
        yield Hop(above, below if at == border else ())


def _border(
    headers: Headers, received: Sequence[int], hosts: Sequence[str], trusted: TrustedHosts
) -> int | None:
    """Which `Received` is the border's: that of a border host, else the last of a row of ours.

    A sender can write `Received` fields with names of ours, so the row goes on only where the
    server above says that it had the mail from a server of ours: by an address that is local, or
    by a name that it looked up itself.
    """
    for at, host in enumerate(hosts):
        if trusted.is_border(host):
            return at
    if not hosts or not trusted.is_inside(hosts[0]):
        return None
    last = 0
    for (above, _), (at, host) in pairwise(enumerate(hosts)):
        if not (trusted.is_inside(host) and _from_inside(headers.fields[received[above]], trusted)):
            break
        last = at
    return last


def _from_inside(received: tuple[str, bytes], trusted: TrustedHosts) -> bool:
    text = _text(received[1]).lower()
    words = without_comments(text).split()
    if "from" not in words[:1]:
        return True
    addresses = _ADDRESSES.findall(text.partition(" by ")[0])
    named = _NAMED_BY_SERVER.search(text)
    return any(map(is_local, addresses)) or bool(named and trusted.is_inside(named[1]))


def _ours(headers: Headers, trusted: TrustedHosts, positions: range) -> tuple[Results, ...]:
    found = []
    for at in positions:
        name, value = headers.fields[at]
        if name != _RESULTS:
            continue
        results = read_results(_text(value), cut=at in headers.cut)
        signed = results.authserv_id in trusted.authserv_ids
        unsigned = trusted.unsigned and not results.authserv_id
        if signed or unsigned:
            found.append(results)
    return tuple(found[:1] if trusted.one_field else found)


def _by(value: bytes) -> str:
    """Return the server that wrote a `Received` field (RFC 5321 section 4.4), in lower case."""
    words = without_comments(_text(value)).split()
    if words and words[0].lower() == "from":
        words = words[2:]
    lowered = [word.lower() for word in words]
    if "by" not in lowered[:-1]:
        return ""
    return lowered[lowered.index("by") + 1].rstrip(".;,")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
