"""Web forms, scanners, lists, calendars, automatic replies."""

from shared.domain.earlier import Processed
from tests.builders import EVA, JAN, MAIL_ID, PETR, a_mail, raw_mail
from tests.honest.situation import row
from tests.honest.systems import EXCHANGE, GOOGLE, POP3, POSTFIX, RSPAMD

_BANNER = "POZOR: externí e-mail. Neklikejte na odkazy.\n\n"
_MEETING = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:m1@acme.example\nSEQUENCE:0\n"
    f"DTSTAMP:20261102T080000Z\nDTSTART:20261110T080000Z\nORGANIZER:mailto:{PETR}\n"
    f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{JAN}\nSUMMARY:Lis\nEND:VEVENT\nEND:VCALENDAR\n"
)

local = "Received: by web.firma.cz (Postfix, from userid 33) id 9D1; Mon, 2 Nov 2026 10:00:00\n"
formed = POSTFIX.came("acme.example", dkim="none", spf="fail")
listed = "List-Id: <sales.firma.cz>\nReply-To: petr.svoboda@acme.example\n"
foreign = "List-Id: <forum.lists.example>\nPrecedence: list\n"
first = a_mail(raw_mail("Hello.\n", more="Message-ID: <c1@acme.example>\n"))
claimed = Processed(MAIL_ID.__class__(int=9), "0" * 64, first.marks, frozenset({1}))

MACHINES = [
    row(
        "a web form of the own domain",
        (POSTFIX, local),
        "incoming jan; unknown",
        sender="web@firma.cz",
    ),
    row(
        "a web form in the customer's name",
        (POSTFIX, formed),
        "incoming jan; refuted; sender not believed",
        subject="Poptávka",
    ),
    row(
        "a web form in the customer's name, no policy",
        (
            GOOGLE,
            GOOGLE.came(
                "acme.example", dkim="none", spf="none", dmarc="fail (p=NONE sp=NONE dis=NONE)"
            ),
        ),
        "incoming jan; unknown",
        subject="Poptávka",
    ),
    row(
        "a scanner of the own domain",
        (POSTFIX, POSTFIX.sent("scanner@firma.cz")),
        "incoming eva; proven",
        sender="scanner@firma.cz",
        to=EVA,
    ),
    row(
        "a scanner that sends without logging in",
        (EXCHANGE, EXCHANGE.came("firma.cz", dkim="none", spf="none", dmarc="none")),
        "incoming eva; proven",
        sender="scanner@firma.cz",
        to=EVA,
    ),
    row(
        "a scanner sends to a user in his own name",
        (POP3, POP3.sent(EVA)),
        "spam, deleted; unknown",
        sender=EVA,
        to=EVA,
    ),
    row(
        "a list of our own rewrites From",
        (POSTFIX, POSTFIX.came("acme.example")),
        "incoming jan; unknown",
        sender='"Petr via Sales" <sales@firma.cz>',
        more=listed,
    ),
    row(
        "a foreign list rewrites From",
        (GOOGLE, GOOGLE.came("lists.example")),
        "incoming jan; proven",
        sender="Petr via Forum <forum@lists.example>",
        more=foreign,
    ),
    row(
        "a foreign list breaks DKIM, no policy",
        (
            RSPAMD,
            RSPAMD.came(
                "acme.example",
                dkim="fail",
                spf="none",
                dmarc='fail reason="No valid DKIM" (policy=none)',
            ),
        ),
        "incoming jan; unknown",
        more=foreign,
    ),
    row(
        "a foreign list breaks DKIM, the domain rejects",
        (
            RSPAMD,
            RSPAMD.came("acme.example", dkim="fail", spf="none", dmarc="fail (policy=reject)"),
        ),
        "incoming jan; refuted; sender not believed",
        more=foreign,
    ),
    row(
        "an invitation by Outlook",
        (EXCHANGE, EXCHANGE.came("acme.example")),
        "incoming jan; invitation; proven",
        body=_MEETING,
        more="Content-Type: text/calendar; method=REQUEST; charset=utf-8\n",
    ),
    row(
        "an invitation by a secretary",
        (GOOGLE, GOOGLE.came("acme.example")),
        "incoming jan; invitation; proven",
        sender="sekretariat@acme.example",
        body=_MEETING,
        more="Content-Type: text/calendar; method=REQUEST; charset=utf-8\n",
    ),
    row(
        "an absence note of a customer",
        (EXCHANGE, EXCHANGE.came("acme.example")),
        "incoming jan; proven",
        subject="Automatická odpověď: Offer",
        more="Auto-Submitted: auto-replied\nReturn-Path: <>\n",
    ),
    row(
        "the copy of another employee's mailbox, with a banner",
        (EXCHANGE, EXCHANGE.came("acme.example")),
        "duplicate key, deleted; proven",
        {"processed": claimed},
        body=_BANNER,
        more="Message-ID: <c1@acme.example>\n",
    ),
]
"""All of them."""
