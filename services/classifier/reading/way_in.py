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
from services.classifier.reading.trusted_hosts import TrustedHosts

_RESULTS = "authentication-results"
_NAMED_BY_SERVER = re.compile(r"\(\s*([\w-]+(?:\.[\w-]+)*)\.?\s+\[")
_LMTP = re.compile(r"\swith\s+lmtps?a?\b")
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
    """Find the border's `Received`: that of a border host, else the last of a row of ours.

    A sender can write `Received` fields with names of ours, also where he sends his mail to the
    server of the box itself, behind the border's back. So the way goes on only where the server
    above says that it had the mail from a server of ours.
    """
    for at, host in enumerate(hosts):
        if trusted.is_border(host):
            return at
        if not (trusted.is_inner(host) or _from_inside(headers.fields[received[at]], trusted)):
            break
    if not hosts or not trusted.is_inside(hosts[0]):
        return None
    last = 0
    for (above, _), (at, host) in pairwise(enumerate(hosts)):
        if not (trusted.is_inside(host) and _from_inside(headers.fields[received[above]], trusted)):
            break
        last = at
    return last


def _from_inside(received: tuple[str, bytes], trusted: TrustedHosts) -> bool:
    """Whether a server of ours handed the mail on: by an address, or a name that was looked up.

    What the other side called itself proves nothing. LMTP is spoken within a system alone.
    """
    text = " ".join(_text(received[1]).lower().split())
    words, (other, _, by) = text.split(), text.rpartition(" by ")
    if "from" not in words[:1] or _LMTP.search(by):
        return True
    named = words[1:2] if "(exim " in by else _NAMED_BY_SERVER.findall(other)[-1:]
    addresses = _ADDRESSES.findall(other)[-1:]
    return any(map(trusted.is_inside, (*named, *addresses)))


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
    """Return the server that wrote a `Received` field (RFC 5321 section 4.4), in lower case.

    It is named behind the last `by`: what the other side called itself, before, may hold another.
    """
    *words, last = [word.lower() for word in without_comments(_text(value)).split()] or [""]
    if "by" not in words:
        return ""
    behind = [*words, last][len(words) - words[::-1].index("by") :]
    return behind[0].rstrip(".;,")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
