"""What each `mailSystem` stands for (S-1, S-7). Pure data; `test_way_in.py` has headers of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MailSystem:
    """The values that a preset adds to the keys of a box.

    Attributes:
        authserv_ids: Names by which its servers sign results.
        border_hosts: Its servers that take mail from outside.
        inner_hosts: Its further servers on the way in, which take no mail from outside.
        trusted_hosts: Its servers that hand mail on to other systems.
        unsigned: Its border signs its results with no name.
        one_field: It writes one field of results; a second one was the sender's.
        bounce_reporters: Patterns of the addresses that its own reports of bounces come from, and
            that no customer of the system can have.
    """

    authserv_ids: tuple[str, ...] = ()
    border_hosts: tuple[str, ...] = ()
    inner_hosts: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    unsigned: bool = False
    one_field: bool = True
    bounce_reporters: tuple[str, ...] = ()


MAIL_SYSTEMS: Mapping[str, MailSystem] = MappingProxyType(
    {
        "exchange-online": MailSystem(
            border_hosts=("*.mail.protection.outlook.com",),
            inner_hosts=("*.outlook.com", "*.outlook.office365.com", "*.prod.exchangelabs.com"),
            unsigned=True,
            # The system's own mailbox of every tenant. `postmaster` of a tenant is no such name:
            # whoever has a tenant can write as its postmaster.
            bounce_reporters=(
                "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@*.onmicrosoft.com",
            ),
        ),
        "google": MailSystem(
            authserv_ids=("mx.google.com",),
            border_hosts=("mx.google.com",),
            trusted_hosts=("*.google.com",),
            bounce_reporters=("mailer-daemon@googlemail.com", "mailer-daemon@google.com"),
        ),
        # From memory: no header of a mailbox at Seznam was at hand.
        "seznam": MailSystem(
            authserv_ids=("email.seznam.cz",),
            border_hosts=("*.seznam.cz",),
            bounce_reporters=("mailer-daemon@seznam.cz", "mailer-daemon@email.seznam.cz"),
        ),
        "none": MailSystem(one_field=False),
    }
)
