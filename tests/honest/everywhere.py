"""What every company has, with each of the systems."""

from collections.abc import Iterator

from tests.builders import JAN, PETR
from tests.honest.situation import Situation, behind_another, row
from tests.honest.systems import EXCHANGE, POP3, SEZNAM, SYSTEMS

_BANNER = "POZOR: externí e-mail. Neklikejte na odkazy.\n\n"
_LINK = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example&data=05\n"


def _of_each_system() -> Iterator[Situation]:
    """Incoming and outgoing mail, copied once, and handed on to another provider."""
    for name, system in SYSTEMS.items():
        proof = "unknown" if system is POP3 else "proven"
        ours = "unknown" if system in (POP3, SEZNAM) else "proven"
        acme = system.came("acme.example")
        copied = f"incoming jan 123; {proof}"
        sent = f"outgoing jan 123; {ours}"
        yield row(
            f"{name}: a customer's mail, copied once",
            (system, acme),
            copied,
            subject="Contract:123",
        )
        yield row(
            f"{name}: a user's mail, by the Bcc rule",
            (system, system.sent(JAN)),
            sent,
            sender=JAN,
            to=PETR,
            subject="Contract:123",
        )
        head = system.again(acme, "acme.example")
        yield row(
            f"{name}: forwarded twice, SPF and signature broken by a banner",
            (system, head),
            copied,
            subject="Contract:123",
            body=_BANNER + _LINK,
            settings=behind_another(system),
        )
        head = system.again(system.sent(JAN), "firma.cz")
        forwarded = "unknown" if system in (SEZNAM, POP3) else "proven"
        if system is not EXCHANGE:
            yield row(
                f"{name}: a user's mail, copied to another provider's box",
                (system, head),
                f"outgoing jan 123; {forwarded}",
                sender=JAN,
                to=PETR,
                subject="Contract:123",
                settings=behind_another(system),
            )


EVERYWHERE = list(_of_each_system())
"""All of them."""
