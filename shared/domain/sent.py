"""Which recorded mail the company has sent itself (behaviour S-7). Pure."""

from collections.abc import Container, Iterable

from shared.contracts.flags import NOT_BELIEVED
from shared.domain.addresses import domain_of


def sent_by_us(
    sender: str | None, direction: str | None, flags: Iterable[str], own_domains: Container[str]
) -> bool:
    """Whether a mail is of a user or of an own domain, and nothing refutes that.

    Args:
        sender: Its one valid address, if any.
        direction: None if no rule has decided it: nobody has asked who the sender is.
        flags: What was odd about it.
        own_domains: Of the company.
    """
    if sender is None or direction is None or NOT_BELIEVED in flags:
        return False
    return direction == "outgoing" or domain_of(sender) in own_domains
