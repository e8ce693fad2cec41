"""What each `mailSystem` stands for (S-1). Pure data; `test_way_in.py` has headers of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MailSystem:
    """The values that a preset adds to the keys of a box.

    Attributes:
        authserv_ids: Names by which its servers sign results.
        border_hosts: Its servers that take mail from outside.
        trusted_hosts: Its further servers on the way in.
        unsigned: Its border signs its results with no name.
        one_field: It writes one field of results; a second one was the sender's.
    """

    authserv_ids: tuple[str, ...] = ()
    border_hosts: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    unsigned: bool = False
    one_field: bool = True


MAIL_SYSTEMS: Mapping[str, MailSystem] = MappingProxyType(
    {
        "exchange-online": MailSystem(
            border_hosts=("*.mail.protection.outlook.com",),
            trusted_hosts=("*.outlook.com", "*.outlook.office365.com"),
            unsigned=True,
        ),
        "google": MailSystem(authserv_ids=("mx.google.com",), border_hosts=("mx.google.com",)),
        # From memory: no header of a mailbox at Seznam was at hand.
        "seznam": MailSystem(authserv_ids=("email.seznam.cz",), border_hosts=("*.seznam.cz",)),
        "none": MailSystem(one_field=False),
    }
)
