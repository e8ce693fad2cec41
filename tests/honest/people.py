"""Who writes in whose name, and to whom."""

from shared.contracts.references import RecordRef
from shared.domain.earlier import Thread
from shared.domain.threads import Origin
from tests.builders import BOB, DIRECTOR, EVA, JAN, PETR, STRANGER
from tests.honest.situation import behind_another, row
from tests.honest.systems import EXCHANGE, GOOGLE, POP3, POSTFIX, RSPAMD, SEZNAM

_CONTRACT = RecordRef(id=1, number="123")
_PHONE = "Souhlasím.\n\nOdesláno z iPhonu\n\nDne 2. 11. 2026 v 9:12, Petr <{}> napsal(a):\n> {}\n"
thread = {"threads": {"<o1@x>": [Thread(Origin(JAN), contract=_CONTRACT)]}}
reply = "In-Reply-To: <o1@x>\n"
service = EXCHANGE.came("firma.cz")
unset = POSTFIX.came("firma.cz", dkim="none", spf="pass", dmarc="fail (p=NONE)")

PEOPLE = [
    row(
        "a secretary sends on behalf of the director",
        (EXCHANGE, EXCHANGE.sent(EVA)),
        "outgoing karel; proven",
        sender=f"Karel <{DIRECTOR}>",
        to=PETR,
        more=f"Sender: Eva <{EVA}>\n",
    ),
    row(
        "a secretary sends on behalf, by Google",
        (GOOGLE, GOOGLE.sent(DIRECTOR)),
        "outgoing karel; proven",
        sender=DIRECTOR,
        to=PETR,
        more=f"Sender: {EVA}\n",
    ),
    row(
        "a newsletter service sends in a user's name, with our DKIM",
        (EXCHANGE, service),
        "outgoing jan; proven",
        sender=JAN,
        to=PETR,
    ),
    row(
        "a service without our DKIM sends in a user's name",
        (POSTFIX, unset),
        "outgoing jan pending; refuted; sender not believed",
        sender=JAN,
        to=PETR,
    ),
    row(
        "the same, in the copy that another user's mailbox has forwarded",
        (POSTFIX, unset.replace("X-Original-To: crm@firma.cz", f"X-Original-To: {EVA}")),
        "outgoing jan pending; refuted; sender not believed",
        sender=JAN,
        to=PETR,
    ),
    row(
        "the same by Google, whose copies name the mailbox that they came through",
        (GOOGLE, GOOGLE.came("firma.cz", dkim="none", spf="pass", dmarc="fail (p=NONE)")),
        "outgoing jan pending; refuted; sender not believed",
        sender=JAN,
        to=PETR,
    ),
    row(
        "a service without our DKIM writes to a colleague",
        (POSTFIX, unset),
        "incoming eva; refuted; sender not believed",
        sender=JAN,
        to=EVA,
    ),
    row(
        "an invoicing service writes from its own address",
        (RSPAMD, RSPAMD.came("invoices.example")),
        "incoming jan; proven",
        sender="no-reply@invoices.example",
        more=f"Reply-To: {EVA}\n",
    ),
    row(
        "a supplier writes with the customer's contract",
        (GOOGLE, GOOGLE.came("elsewhere.example")),
        "incoming jan 123; proven; foreign",
        sender=STRANGER,
        subject="Contract:123",
    ),
    row(
        "another customer writes with the contract",
        (SEZNAM, SEZNAM.came("beta.example")),
        "incoming jan 123; proven; foreign",
        sender=BOB,
        subject="Contract:123",
    ),
    row(
        "a supplier writes to a plain POP3 box",
        (POP3, POP3.came("elsewhere.example")),
        "incoming jan 123; unknown; foreign",
        sender=STRANGER,
        subject="Contract:123",
    ),
    row(
        "a user replies from an iPhone",
        (POSTFIX, POSTFIX.sent(JAN)),
        "outgoing jan 123; proven",
        thread,
        sender=JAN,
        to=PETR,
        subject="Re: Offer",
        body=_PHONE.format(PETR, "Contract:123"),
        more=reply,
    ),
    row(
        "a user replies from a phone, quoting the contract",
        (GOOGLE, GOOGLE.sent(JAN)),
        "outgoing jan 123; proven",
        sender=JAN,
        to=PETR,
        subject="Re: Offer",
        body=_PHONE.format(PETR, "Contract:123"),
    ),
    row(
        "a user replies from Outlook for Android",
        (EXCHANGE, EXCHANGE.sent(JAN)),
        "outgoing jan 123; proven",
        thread,
        sender=JAN,
        to=PETR,
        subject="Re: Offer",
        body="Ano.\n\nZískejte Outlook pro Android\n",
        more=reply,
    ),
    row(
        "a customer replies from his private address",
        (SEZNAM, SEZNAM.came("elsewhere.example")),
        "incoming jan 123; proven; foreign",
        thread,
        sender=STRANGER,
        subject="Re: Offer",
        more=reply,
    ),
    row(
        "a customer replies from his phone",
        (EXCHANGE, EXCHANGE.came("acme.example")),
        "incoming jan 123; proven",
        thread,
        subject="Re: Offer",
        body=_PHONE.format(JAN, "x"),
        more=reply,
    ),
    row(
        "colleague to colleague",
        (EXCHANGE, EXCHANGE.sent(JAN)),
        "incoming eva 123; proven",
        sender=JAN,
        to=EVA,
        subject="Contract:123",
    ),
    row(
        "to a colleague and a customer",
        (RSPAMD, RSPAMD.sent(JAN)),
        "outgoing jan; proven",
        sender=JAN,
        to=f"{EVA}, {PETR}",
    ),
    row(
        "a customer writes to two users",
        (GOOGLE, GOOGLE.came("acme.example")),
        "incoming eva, jan; proven",
        to=f"{JAN}, {EVA}",
    ),
    row(
        "a user forwards to the box by hand",
        (POSTFIX, POSTFIX.sent(JAN)),
        "outgoing jan 123; proven; foreign",
        sender=JAN,
        to="crm@firma.cz",
        subject="FW: Contract:123",
    ),
    row(
        "a new task from a phone",
        (GOOGLE, GOOGLE.sent(JAN)),
        "incoming eva; task; proven",
        sender=JAN,
        to=EVA,
        subject="New task: Pump",
    ),
    row(
        "a new task whose copy was broken on our own way",
        (POSTFIX, POSTFIX.again(POSTFIX.sent(JAN), "firma.cz")),
        "incoming eva; task; proven",
        sender=JAN,
        to=EVA,
        subject="New task: Pump",
        settings=behind_another(POSTFIX),
    ),
    row(
        "a new task, where nothing is known of senders",
        (POP3, POP3.sent(JAN)),
        "incoming eva; task; unknown",
        sender=JAN,
        to=EVA,
        subject="New task: Pump",
    ),
]
"""All of them."""
