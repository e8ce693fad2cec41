"""Whether the sender is who the From field says (behaviour S-1). Pure.

Only what the company's own systems have found counts; `way_in.py` tells it from what senders write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from services.classifier.reading.results import MethodResult, Results
from services.classifier.reading.way_in import Hop, WayIn
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of
from shared.domain.organisations import organisational_domain

State = Literal["proven", "refuted", "unknown"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the sender, and from where.

    Attributes:
        rewritten: Another sender was judged, and a list of ours may have written From since. So it
            may be a list that is in From, but no person (S-1).
    """

    state: State
    reason: Said
    rewritten: bool = False


IGNORED_BECAUSE = said("{reason} because {host} is no server of ours").key
"""Pattern of the reason by which `check` finds servers that nobody has named."""

UNKNOWN = Proof("unknown", said("the receiving system says nothing of the sender"))


def state_said(state: State) -> Said:
    """Return the state for a person."""
    match state:
        case "proven":
            return said("proven")
        case "refuted":
            return said("refuted")
        case "unknown":
            return said("unknown")


@dataclass(frozen=True, slots=True)
class ClaimedSender:
    """Who a mail says that it is from, and what else its own header says about that.

    Attributes:
        sender: The one valid address of From.
        is_own: It is of a domain of the company.
        by_list: A list of an own domain may have rewritten From.
        internal: Exchange says that a logged-in user of the organisation sent it.
    """

    sender: str
    is_own: bool = False
    by_list: bool = False
    internal: bool = False


def prove(way: WayIn, claim: ClaimedSender) -> Proof:
    """Return what the servers of the way in say of the sender of `claim`.

    The hop nearest the border decides. What our own servers further up say can prove, but not
    refute: forwarding within the company breaks signatures and SPF.
    """
    border, *further = way.hops
    found = _judge(border, claim)
    if found is None and claim.internal and claim.is_own:
        return Proof("proven", said("Exchange: sent by a user of the organisation"))
    if found and found.state != "unknown":
        return found
    for hop in further:
        above = _judge(hop, claim)
        if above and above.state == "proven":
            reason = said("{reason}, at a further server of ours", reason=above.reason)
            return Proof("proven", reason)
    if found is None and way.ignored:
        reason = said("results with our server's name are ignored")
        if way.stranger:
            reason = said(IGNORED_BECAUSE, reason=reason, host=way.stranger)
        return Proof("unknown", reason)
    return found or UNKNOWN


def _judge(hop: Hop, claim: ClaimedSender) -> Proof | None:
    """Return what one server says; None if it says nothing."""
    fields = (*hop.above, *hop.below)
    if not fields:
        return None
    refuted = next(_refutations(fields, claim), None)
    compauth = _first(fields, "compauth")
    if compauth and compauth.outcome in ("pass", "softpass"):
        refuted = None if claim.by_list else next(_of_another(fields, claim), None)
    if refuted:
        return Proof("refuted", refuted)
    if another := next(_of_another(fields, claim), None):
        reason = said("{reason}; a list of ours may have written From since", reason=another)
        return Proof("unknown", reason, rewritten=True)
    # What is below the border's own field may be the sender's: it counts only if nothing is above.
    if proven := next(_proofs(hop.above or hop.below, claim), None):
        return Proof("proven", proven)
    neither = said("the receiving system can neither prove nor refute the sender")
    return Proof("unknown", neither)


def _refutations(fields: Sequence[Results], claim: ClaimedSender) -> Iterator[Said]:
    if any(one.cut for one in fields):
        yield said("the receiving system's results are too long to be read")
    for one in fields:
        failed = {result.method for result in one.results if result.outcome == "fail"}
        if "compauth" in failed:
            yield said("compauth=fail")
        if "dmarc" in failed and (claim.is_own or not one.no_policy):
            yield said("dmarc=fail")
    if not claim.by_list:
        yield from _of_another(fields, claim)


def _of_another(fields: Sequence[Results], claim: ClaimedSender) -> Iterator[Said]:
    """Yield results of a From that the server read otherwise than we do."""
    for one in fields:
        dmarc = one.of("dmarc")
        about = dmarc.properties.get("header.from") if dmarc else None
        if about and not _same_organisation(about, claim.sender):
            yield said("the receiving system judged a sender of {domain}", domain=about)


def _proofs(fields: Sequence[Results], claim: ClaimedSender) -> Iterator[Said]:
    """Yield proofs; of each method the topmost result decides, so that none below can mend it."""
    compauth = _first(fields, "compauth")
    if compauth and compauth.outcome != "none":
        if compauth.outcome == "pass":
            yield said("compauth=pass")
        return
    dmarc = _first(fields, "dmarc")
    about = dmarc.properties.get("header.from") if dmarc and dmarc.outcome == "pass" else None
    if about and _same_organisation(about, claim.sender):
        yield said("dmarc=pass for {domain}", domain=about)
    for signer in _signers(fields):
        if _same_organisation(signer, claim.sender):
            yield said("dkim=pass by {domain}", domain=signer)
    auth = _first(fields, "auth")
    if auth and auth.outcome == "pass" and claim.is_own and claim.sender in _logged_in(auth):
        yield said("auth=pass: the sender logged in")


def _logged_in(auth: MethodResult) -> tuple[str | None, ...]:
    return auth.properties.get("smtp.auth"), auth.properties.get("smtp.mailfrom")


def _signers(fields: Sequence[Results]) -> Iterator[str]:
    for one in fields:
        for result in one.results:
            if result.method == "dkim" and result.outcome == "pass":
                given = result.properties
                yield given.get("header.d") or domain_of(given.get("header.i", ""))


def _first(fields: Sequence[Results], method: str) -> MethodResult | None:
    return next((found for one in fields if (found := one.of(method))), None)


def _same_organisation(domain: str, sender: str) -> bool:
    return bool(domain) and organisational_domain(domain) == organisational_domain(
        domain_of(sender)
    )
