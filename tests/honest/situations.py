"""Honest situations: what the mail is, by which system it came, and what the manual makes of it.

A row says the outcome in a few words: direction and users of the activities, the contract, what is
marked or held, the proof of the sender, and the flags, which are the most that honest mail may get.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.classifier.reading.mail import Mail
from shared.contracts.references import RecordRef
from shared.domain.earlier import Processed, Thread
from shared.domain.threads import Origin
from shared.settings.box import Box
from tests.builders import (
    BOB,
    DIRECTOR,
    EVA,
    JAN,
    MAIL_ID,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    raw_mail,
)
from tests.honest.systems import (
    EXCHANGE,
    GOOGLE,
    POP3,
    POSTFIX,
    RSPAMD,
    SEZNAM,
    SYSTEMS,
    System,
)

NOT_BELIEVED, FOREIGN = "sender not believed", "foreign"
_OFFER = "<offer@firma.cz>"
_CONTRACT = RecordRef(id=1, number="123")
_BANNER = "POZOR: externí e-mail. Neklikejte na odkazy.\n\n"
_LINK = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example&data=05\n"
_PHONE = "Souhlasím.\n\nOdesláno z iPhonu\n\nDne 2. 11. 2026 v 9:12, Petr <{}> napsal(a):\n> {}\n"


@dataclass(frozen=True, slots=True)
class Situation:
    """One honest mail.

    Attributes:
        name: What happens, in a few words.
        head: What the company's systems have written.
        settings: Of the box.
        mail: Arguments of `raw_mail`.
        outcome: As `outcome_of` says it.
        earlier: What was recorded before.
        from_file: It is a file of `emlDir`.
    """

    name: str
    head: str
    settings: Mapping[str, Any]
    mail: Mapping[str, Any]
    outcome: str
    earlier: Mapping[str, Any] = field(default_factory=dict)
    from_file: bool = False

    @property
    def box(self) -> Box:
        """The box that it came to."""
        return a_box(**self.settings)

    def read(self) -> Mail:
        """The mail, as the classifier reads it."""
        given = dict(self.mail)
        more = self.head + given.pop("more", "")
        raw = raw_mail(given.pop("body", "Dobrý den.\n"), more=more, **given)
        return a_mail(raw, self.box, from_file=self.from_file)


def _row(
    name: str, way: tuple[System, str], outcome: str, earlier: Any = None, **mail: Any
) -> Situation:
    """A row of the table; `settings` among `mail` are further ones of the box."""
    system, head = way
    settings = {**system.settings, **mail.pop("settings", {})}
    from_file = mail.pop("from_file", False)
    return Situation(name, head, settings, mail, outcome, earlier or {}, from_file)


def _of_each_system() -> Iterator[Situation]:
    """What every company has, with each of the systems."""
    for name, system in SYSTEMS.items():
        proof = "unknown" if system is POP3 else "proven"
        ours = "unknown" if system in (POP3, SEZNAM) else "proven"
        acme = system.came("acme.example")
        copied = f"incoming jan 123; {proof}"
        sent = f"outgoing jan 123; {ours}"
        yield _row(f"{name}: a customer's mail, copied once", (system, acme), copied, subject="Contract:123")  # fmt: skip
        yield _row(f"{name}: a user's mail, by the Bcc rule", (system, system.sent(JAN)), sent, sender=JAN, to=PETR, subject="Contract:123")  # fmt: skip
        head = system.again(acme, "acme.example")
        yield _row(f"{name}: forwarded twice, SPF and signature broken by a banner", (system, head), copied, subject="Contract:123", body=_BANNER + _LINK, settings=_second(system))  # fmt: skip
        head = system.again(system.sent(JAN), "firma.cz")
        forwarded = "unknown" if system in (SEZNAM, POP3) else "proven"
        if system is not EXCHANGE:
            yield _row(f"{name}: a user's mail, copied to another provider's box", (system, head), f"outgoing jan 123; {forwarded}", sender=JAN, to=PETR, subject="Contract:123", settings=_second(system))  # fmt: skip


def _second(system: System) -> Mapping[str, Any]:
    both = {**system.settings}
    for name, values in system.second.items():
        both[name] = (*both.get(name, ()), *values)
    return both


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


def _people() -> Iterator[Situation]:
    """Who writes in whose name, and to whom."""
    thread = {"threads": {"<o1@x>": [Thread(Origin(JAN), contract=_CONTRACT)]}}
    reply = "In-Reply-To: <o1@x>\n"
    service = EXCHANGE.came("firma.cz")
    unset = POSTFIX.came("firma.cz", dkim="none", spf="pass", dmarc="fail (p=NONE)")
    yield _row("a secretary sends on behalf of the director", (EXCHANGE, EXCHANGE.sent(EVA)), "outgoing karel; proven", sender=f"Karel <{DIRECTOR}>", to=PETR, more=f"Sender: Eva <{EVA}>\n")  # fmt: skip
    yield _row("a secretary sends on behalf, by Google", (GOOGLE, GOOGLE.sent(DIRECTOR)), "outgoing karel; proven", sender=DIRECTOR, to=PETR, more=f"Sender: {EVA}\n")  # fmt: skip
    yield _row("a newsletter service sends in a user's name, with our DKIM", (EXCHANGE, service), "outgoing jan; proven", sender=JAN, to=PETR)  # fmt: skip
    yield _row("a service without our DKIM sends in a user's name", (POSTFIX, unset), "outgoing jan pending; refuted; sender not believed", sender=JAN, to=PETR)  # fmt: skip
    yield _row("a service without our DKIM writes to a colleague", (POSTFIX, unset), "incoming eva; refuted; sender not believed", sender=JAN, to=EVA)  # fmt: skip
    yield _row("an invoicing service writes from its own address", (RSPAMD, RSPAMD.came("invoices.example")), "incoming jan; proven", sender="no-reply@invoices.example", more=f"Reply-To: {EVA}\n")  # fmt: skip
    yield _row("a supplier writes with the customer's contract", (GOOGLE, GOOGLE.came("elsewhere.example")), "incoming jan 123; proven; foreign", sender=STRANGER, subject="Contract:123")  # fmt: skip
    yield _row("another customer writes with the contract", (SEZNAM, SEZNAM.came("beta.example")), "incoming jan 123; proven; foreign", sender=BOB, subject="Contract:123")  # fmt: skip
    yield _row("a supplier writes to a plain POP3 box", (POP3, POP3.came("elsewhere.example")), "incoming jan 123; unknown; foreign", sender=STRANGER, subject="Contract:123")  # fmt: skip
    yield _row("a user replies from an iPhone", (POSTFIX, POSTFIX.sent(JAN)), "outgoing jan 123; proven", thread, sender=JAN, to=PETR, subject="Re: Offer", body=_PHONE.format(PETR, "Contract:123"), more=reply)  # fmt: skip
    yield _row("a user replies from a phone, quoting the contract", (GOOGLE, GOOGLE.sent(JAN)), "outgoing jan 123; proven", sender=JAN, to=PETR, subject="Re: Offer", body=_PHONE.format(PETR, "Contract:123"))  # fmt: skip
    yield _row("a user replies from Outlook for Android", (EXCHANGE, EXCHANGE.sent(JAN)), "outgoing jan 123; proven", thread, sender=JAN, to=PETR, subject="Re: Offer", body="Ano.\n\nZískejte Outlook pro Android\n", more=reply)  # fmt: skip
    yield _row("a customer replies from his private address", (SEZNAM, SEZNAM.came("elsewhere.example")), "incoming jan 123; proven; foreign", thread, sender=STRANGER, subject="Re: Offer", more=reply)  # fmt: skip
    yield _row("a customer replies from his phone", (EXCHANGE, EXCHANGE.came("acme.example")), "incoming jan 123; proven", thread, subject="Re: Offer", body=_PHONE.format(JAN, "x"), more=reply)  # fmt: skip
    yield _row("colleague to colleague", (EXCHANGE, EXCHANGE.sent(JAN)), "incoming eva 123; proven", sender=JAN, to=EVA, subject="Contract:123")  # fmt: skip
    yield _row("to a colleague and a customer", (RSPAMD, RSPAMD.sent(JAN)), "outgoing jan; proven", sender=JAN, to=f"{EVA}, {PETR}")  # fmt: skip
    yield _row("a customer writes to two users", (GOOGLE, GOOGLE.came("acme.example")), "incoming eva, jan; proven", to=f"{JAN}, {EVA}")  # fmt: skip
    yield _row("a user forwards to the box by hand", (POSTFIX, POSTFIX.sent(JAN)), "outgoing jan 123; proven; foreign", sender=JAN, to="crm@firma.cz", subject="FW: Contract:123")  # fmt: skip
    yield _row("a new task from a phone", (GOOGLE, GOOGLE.sent(JAN)), "incoming eva; task; proven", sender=JAN, to=EVA, subject="New task: Pump")  # fmt: skip
    yield _row("a new task whose copy was broken on our own way", (POSTFIX, POSTFIX.again(POSTFIX.sent(JAN), "firma.cz")), "incoming eva; task; proven", sender=JAN, to=EVA, subject="New task: Pump", settings=_second(POSTFIX))  # fmt: skip
    yield _row("a new task, where nothing is known of senders", (POP3, POP3.sent(JAN)), "incoming eva; task; unknown", sender=JAN, to=EVA, subject="New task: Pump")  # fmt: skip


def _machines() -> Iterator[Situation]:
    """Web forms, scanners, lists, calendars, automatic replies."""
    local = "Received: by web.firma.cz (Postfix, from userid 33) id 9D1; Mon, 2 Nov 2026 10:00:00\n"
    formed = POSTFIX.came("acme.example", dkim="none", spf="fail")
    listed = "List-Id: <sales.firma.cz>\nReply-To: petr.svoboda@acme.example\n"
    foreign = "List-Id: <forum.lists.example>\nPrecedence: list\n"
    first = a_mail(raw_mail("Hello.\n", more="Message-ID: <c1@acme.example>\n"))
    claimed = Processed(MAIL_ID.__class__(int=9), "0" * 64, first.marks, frozenset({1}))
    yield _row("a web form of the own domain", (POSTFIX, local), "incoming jan; unknown", sender="web@firma.cz")  # fmt: skip
    yield _row("a web form in the customer's name", (POSTFIX, formed), "incoming jan; refuted; sender not believed", subject="Poptávka")  # fmt: skip
    yield _row("a web form in the customer's name, no policy", (GOOGLE, GOOGLE.came("acme.example", dkim="none", spf="none", dmarc="fail (p=NONE sp=NONE dis=NONE)")), "incoming jan; unknown", subject="Poptávka")  # fmt: skip
    yield _row("a scanner of the own domain", (POSTFIX, POSTFIX.sent("scanner@firma.cz")), "incoming eva; proven", sender="scanner@firma.cz", to=EVA)  # fmt: skip
    yield _row("a scanner that sends without logging in", (EXCHANGE, EXCHANGE.came("firma.cz", dkim="none", spf="none", dmarc="none")), "incoming eva; proven", sender="scanner@firma.cz", to=EVA)  # fmt: skip
    yield _row("a scanner sends to a user in his own name", (POP3, POP3.sent(EVA)), "incoming eva; unknown", sender=EVA, to=EVA)  # fmt: skip
    yield _row("a list of our own rewrites From", (POSTFIX, POSTFIX.came("acme.example")), "incoming jan; unknown", sender='"Petr via Sales" <sales@firma.cz>', more=listed)  # fmt: skip
    yield _row("a foreign list rewrites From", (GOOGLE, GOOGLE.came("lists.example")), "incoming jan; proven", sender="Petr via Forum <forum@lists.example>", more=foreign)  # fmt: skip
    yield _row("a foreign list breaks DKIM, no policy", (RSPAMD, RSPAMD.came("acme.example", dkim="fail", spf="none", dmarc="fail (policy=none)")), "incoming jan; unknown", more=foreign)  # fmt: skip
    yield _row("a foreign list breaks DKIM, the domain rejects", (RSPAMD, RSPAMD.came("acme.example", dkim="fail", spf="none", dmarc="fail (policy=reject)")), "incoming jan; refuted; sender not believed", more=foreign)  # fmt: skip
    yield _row("an invitation by Outlook", (EXCHANGE, EXCHANGE.came("acme.example")), "incoming jan; invitation; proven", body=_MEETING, more="Content-Type: text/calendar; method=REQUEST; charset=utf-8\n")  # fmt: skip
    yield _row("an invitation by a secretary", (GOOGLE, GOOGLE.came("acme.example")), "incoming jan; invitation; proven", sender="sekretariat@acme.example", body=_MEETING, more="Content-Type: text/calendar; method=REQUEST; charset=utf-8\n")  # fmt: skip
    yield _row("an absence note of a customer", (EXCHANGE, EXCHANGE.came("acme.example")), "incoming jan; proven", subject="Automatická odpověď: Offer", more="Auto-Submitted: auto-replied\nReturn-Path: <>\n")  # fmt: skip
    yield _row("the copy of another employee's mailbox, with a banner", (EXCHANGE, EXCHANGE.came("acme.example")), "duplicate; proven", {"processed": claimed}, body=_BANNER, more="Message-ID: <c1@acme.example>\n")  # fmt: skip


def _reports() -> Iterator[Situation]:
    """Bounces, and people who want no more mail."""
    sent = {"sent": {_OFFER: frozenset({PETR})}}
    relay = {"sender": "bounce@relay.example", "to": JAN}
    daemon = "MAILER-DAEMON@{}"
    exchange_daemon = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.onmicrosoft.com"
    named = {"bounce_reporter": ("*.relay.example", "relay.example")}
    from_relay = EXCHANGE.came("relay.example")
    weak = POSTFIX.came("acme.example", dkim="none", spf="none", dmarc="none")
    broken = RSPAMD.came("acme.example", dkim="fail", spf="none", dmarc="fail (policy=reject)")
    yield _row("a campaign's bounce from the relay, the original is recorded", (EXCHANGE, from_relay), f"incoming jan pending; marks {PETR}; proven", sent, **relay, **_report(PETR, _OFFER))  # fmt: skip
    yield _row("a campaign's bounce from the relay, no copy was made", (EXCHANGE, from_relay), f"incoming jan pending; holds {PETR}; proven", **relay, **_report(PETR, _OFFER))  # fmt: skip
    yield _row("a campaign's bounce from a relay that is named", (EXCHANGE, from_relay), f"incoming jan pending; marks {PETR}; proven", settings=named, **relay, **_report(PETR))  # fmt: skip
    yield _row("a bounce of the recipient's own system", (SEZNAM, SEZNAM.came("mx.acme.example")), f"incoming jan pending; marks {PETR}; proven", sender=daemon.format("mx.acme.example"), **_report(PETR))  # fmt: skip
    yield _row("a bounce of our own Postfix", (POSTFIX, ""), f"incoming jan pending; marks {PETR}; unknown", sender=daemon.format("mx.firma.cz"), **_report(PETR))  # fmt: skip
    yield _row("a bounce of Exchange Online", (EXCHANGE, EXCHANGE.sent(JAN)), f"incoming jan pending; marks {PETR}; unknown", sender=exchange_daemon, **_report(PETR))  # fmt: skip
    yield _row("a bounce of Google", (GOOGLE, GOOGLE.came("googlemail.com")), f"incoming jan pending; marks {PETR}; proven", sender="mailer-daemon@googlemail.com", **_report(PETR))  # fmt: skip
    yield _row("a bounce of the hoster of a POP3 box, the original is recorded", (POP3, ""), f"incoming jan pending; marks {PETR}; unknown", sent, sender=daemon.format("smtp.hosting.example"), **_report(PETR, _OFFER))  # fmt: skip
    yield _row("bounceProof=off: no copy was made", (EXCHANGE, from_relay), f"incoming jan pending; marks {PETR}; proven", settings={"bounce_proof": "off"}, **relay, **_report(PETR))  # fmt: skip
    yield _row("an opt-out of a small company without DKIM", (POSTFIX, weak), f"incoming jan; marks {PETR}; unknown", subject="do not send")  # fmt: skip
    yield _row("an opt-out that a forwarder has broken", (RSPAMD, broken), "incoming jan; refuted; sender not believed", subject="do not send")  # fmt: skip
    yield _row("senderProof=unproven: an opt-out without DKIM", (POSTFIX, weak), "incoming jan; unknown", subject="do not send", settings={"sender_proof": "unproven"})  # fmt: skip
    yield _row("senderProof=unproven: a new task where nothing is known", (POP3, POP3.sent(JAN)), "incoming eva; unknown", sender=JAN, to=EVA, subject="New task: x", settings={"sender_proof": "unproven"})  # fmt: skip
    yield _row("emlTrusted=false: a file proves nothing", (GOOGLE, GOOGLE.came("acme.example")), "incoming jan; unknown", from_file=True)  # fmt: skip


_MEETING = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:m1@acme.example\nSEQUENCE:0\n"
    f"DTSTAMP:20261102T080000Z\nDTSTART:20261110T080000Z\nORGANIZER:mailto:{PETR}\n"
    f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{JAN}\nSUMMARY:Lis\nEND:VEVENT\nEND:VCALENDAR\n"
)

SITUATIONS = [*_of_each_system(), *_people(), *_machines(), *_reports()]
"""All of them."""
