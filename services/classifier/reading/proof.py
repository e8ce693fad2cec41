"""Whether the sender is who the From field says (behaviour S-1). Pure.

Only what the receiving system itself has found counts: its topmost `Authentication-Results`
(RFC 8601), known by the configured authserv-id; or the topmost field of all if it is Exchange's,
which has no authserv-id but `compauth`. What a sender writes into such a field lies below it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Literal

from shared.contracts.said import Said, said

State = Literal["proven", "refuted", "unknown"]

_TOKEN = re.compile(r'\\.|[()"]|[^\\()"]+', re.DOTALL)
_NOT_IN_A_NAME = re.compile(r"[^\w.@-]")
_PAIR = re.compile(r"([A-Za-z][\w.-]{0,60})(?:/[0-9]+)?\s*=\s*([^\s;]+)")


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the sender, and from where."""

    state: State
    reason: Said


UNKNOWN = Proof("unknown", said("the receiving system says nothing of the sender"))


def state_said(state: State) -> Said:
    """The state for a person."""
    match state:
        case "proven":
            return said("proven")
        case "refuted":
            return said("refuted")
        case "unknown":
            return said("unknown")


@dataclass(frozen=True, slots=True)
class _Results:
    """One field: its authserv-id (empty in Exchange's), and each method with its properties."""

    authserv_id: str
    methods: Sequence[tuple[str, str, Mapping[str, str]]]
    cut: bool = False

    def result_of(self, method: str) -> tuple[str, Mapping[str, str]] | None:
        return next(((r, properties) for m, r, properties in self.methods if m == method), None)


def prove(
    fields: Sequence[str],
    authserv_id: str | None,
    sender: str | None,
    cut: Sequence[bool] = (),
) -> Proof:
    """What the `Authentication-Results` fields, from the top, say of the address `sender`.

    Args:
        fields: Their decoded values.
        authserv_id: The receiving system's name, or None if none is configured.
        sender: The one valid address of From, or None.
        cut: Of each field, whether it is longer than what was kept of it. What may have stood in
            the rest nobody knows: such a field of ours refutes.
    """
    if sender is None:
        return Proof("unknown", said("there is no single valid sender"))
    read = [
        replace(_read(value), cut=rest)
        for value, rest in zip(fields, chain(cut, repeat(False)), strict=False)
    ]
    ours = _ours(read, authserv_id)
    if ours is None:
        return UNKNOWN
    if ours.cut:
        too_long = said("the receiving system's results are too long to be read")
        return Proof("refuted", too_long)
    return _judge(ours, sender.rpartition("@")[2])


def _ours(read: Sequence[_Results], authserv_id: str | None) -> _Results | None:
    wanted = (authserv_id or "").lower()
    own = next((one for one in read if wanted and one.authserv_id == wanted), None)
    if own is None and read and not read[0].authserv_id and read[0].result_of("compauth"):
        return read[0]
    return own


def _read(value: str) -> _Results:
    """Split a field; anything that is not as RFC 8601 has it is passed over."""
    head, *results = _without_comments(value).split(";")
    authserv_id = ""
    if "=" in head:
        results = [head, *results]
    else:
        authserv_id = (head.split() or [""])[0].strip('"').lower()
    methods = []
    for result in results:
        pairs = [
            (name.lower(), text.replace('"', "").lower()) for name, text in _PAIR.findall(result)
        ]
        if pairs:
            (method, outcome), *properties = pairs
            methods.append((method, outcome, dict(properties)))
    return _Results(authserv_id, methods)


def _without_comments(value: str) -> str:
    """Comments gone (RFC 5322 section 3.2.2, they nest); quoted strings without separators.

    A sender chooses what stands in a quoted string, such as the left side of its address.
    """
    kept: list[str] = []
    depth, quoted = 0, False
    for piece in _TOKEN.findall(value):
        if quoted:
            quoted = piece != '"'
            kept.append(_NOT_IN_A_NAME.sub("_", piece) if quoted else piece)
        elif piece == "(":
            depth += 1
        elif depth:
            depth -= piece == ")"
        else:
            quoted = piece == '"'
            kept.append(piece)
    return "".join(kept)


def _judge(results: _Results, domain: str) -> Proof:
    if compauth := results.result_of("compauth"):
        if compauth[0] == "pass":
            return Proof("proven", said("compauth=pass"))
        if compauth[0] == "fail":
            return Proof("refuted", said("compauth=fail"))
    if dmarc := results.result_of("dmarc"):
        about = dmarc[1].get("header.from", domain)
        if dmarc[0] == "fail":
            return Proof("refuted", said("dmarc=fail"))
        if dmarc[0] == "pass" and _aligned(about, domain):
            return Proof("proven", said("dmarc=pass for {domain}", domain=about))
    for method, outcome, properties in results.methods:
        signer = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
        if method == "dkim" and outcome == "pass" and _aligned(signer, domain):
            return Proof("proven", said("dkim=pass by {domain}", domain=signer))
    neither = said("the receiving system can neither prove nor refute the sender")
    return Proof("unknown", neither)


def _aligned(one: str, other: str) -> bool:
    """Whether one domain is the other, or lies below it."""
    below = f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}")
    return bool(one and other) and below
