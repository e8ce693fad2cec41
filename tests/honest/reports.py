"""Bounces, and people who want no more mail."""

from collections.abc import Mapping
from typing import Any

from tests.builders import EVA, JAN, PETR
from tests.honest.situation import row
from tests.honest.systems import EXCHANGE, GOOGLE, POP3, POSTFIX, RSPAMD, SEZNAM

_OFFER = "<offer@firma.cz>"


def _report(address: str, original: str = "") -> Mapping[str, Any]:
    """The body and type of a delivery report."""
    returned = f"--b\nContent-Type: text/rfc822-headers\n\nFrom: {JAN}\nMessage-ID: {original}\n\n"
    return {
        "body": "--b\nContent-Type: text/plain\n\nSorry.\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n\n"
        f"{returned if original else ''}--b--\n",
        "more": 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n',
        "subject": "Undelivered Mail Returned to Sender",
    }


sent = {"sent": {_OFFER: frozenset({PETR})}}
relay = {"sender": "bounce@relay.example", "to": JAN}
daemon = "MAILER-DAEMON@{}"
exchange_daemon = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.onmicrosoft.com"
named = {"bounce_reporter": ("*@relay.example",)}
from_relay = EXCHANGE.came("relay.example")
weak = POSTFIX.came("acme.example", dkim="none", spf="none", dmarc="none")
broken = RSPAMD.came("acme.example", dkim="fail", spf="none", dmarc="fail (policy=reject)")

REPORTS = [
    row(
        "a campaign's bounce from the relay, the original is recorded",
        (EXCHANGE, from_relay),
        f"incoming jan pending; marks {PETR}; proven",
        sent,
        **relay,
        **_report(PETR, _OFFER),
    ),
    row(
        "a campaign's bounce from the relay, no copy was made",
        (EXCHANGE, from_relay),
        f"incoming jan pending; holds {PETR}; proven",
        **relay,
        **_report(PETR, _OFFER),
    ),
    row(
        "a campaign's bounce from a relay that is named",
        (EXCHANGE, from_relay),
        f"incoming jan pending; marks {PETR}; proven",
        settings=named,
        **relay,
        **_report(PETR),
    ),
    row(
        "a bounce of the recipient's own system",
        (SEZNAM, SEZNAM.came("mx.acme.example")),
        f"incoming jan pending; marks {PETR}; proven",
        sender=daemon.format("mx.acme.example"),
        **_report(PETR),
    ),
    row(
        "a bounce of our own Postfix",
        (POSTFIX, ""),
        f"incoming jan pending; marks {PETR}; unknown",
        sender=daemon.format("mx.firma.cz"),
        **_report(PETR),
    ),
    row(
        "a bounce of Exchange Online",
        (EXCHANGE, EXCHANGE.sent(JAN)),
        f"incoming jan pending; marks {PETR}; unknown",
        sender=exchange_daemon,
        **_report(PETR),
    ),
    row(
        "a bounce of Google",
        (GOOGLE, GOOGLE.came("googlemail.com")),
        f"incoming jan pending; marks {PETR}; proven",
        sender="mailer-daemon@googlemail.com",
        **_report(PETR),
    ),
    row(
        "a bounce of the hoster of a POP3 box, the original is recorded",
        (POP3, ""),
        f"incoming jan pending; marks {PETR}; unknown",
        sent,
        sender=daemon.format("smtp.hosting.example"),
        **_report(PETR, _OFFER),
    ),
    row(
        "bounceProof=off: no copy was made",
        (EXCHANGE, from_relay),
        f"incoming jan pending; marks {PETR}; proven",
        settings={"bounce_proof": "off"},
        **relay,
        **_report(PETR),
    ),
    row(
        "an opt-out of a small company without DKIM",
        (POSTFIX, weak),
        f"incoming jan; marks {PETR}; unknown",
        subject="do not send",
    ),
    row(
        "an opt-out that a forwarder has broken",
        (RSPAMD, broken),
        "incoming jan; refuted; sender not believed",
        subject="do not send",
    ),
    row(
        "senderProof=unproven: an opt-out without DKIM",
        (POSTFIX, weak),
        "incoming jan; unknown",
        subject="do not send",
        settings={"sender_proof": "unproven"},
    ),
    row(
        "senderProof=unproven: a new task where nothing is known",
        (POP3, POP3.sent(JAN)),
        "incoming eva; unknown",
        sender=JAN,
        to=EVA,
        subject="New task: x",
        settings={"sender_proof": "unproven"},
    ),
    row(
        "emlTrusted=false: a file proves nothing",
        (GOOGLE, GOOGLE.came("acme.example")),
        "incoming jan; unknown",
        from_file=True,
    ),
]
"""All of them."""
