"""Mail that came back: whom it names, and why."""

from tests.builders import BOB, PETR
from tests.kinds.row import Row, letter, row
from tests.report_builders import a_report

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"
NULL = "Return-Path: <>\n"
PAIR = "Undeliverable Mail"


def _status(address: str, status: str, diagnostic: str, said: str = "Sorry.\n") -> bytes:
    fields = f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}\n"
    return a_report(fields, said=said)


def told(
    body: str, subject: str = "Undelivered Mail Returned to Sender", sender: str = DAEMON
) -> bytes:
    """A bounce that has nothing but a text."""
    return letter(body, sender=sender, subject=subject, head=NULL if sender == DAEMON else "")


def marked(of: str, shows: str, raw: bytes, *addresses: str) -> Row:
    """A bounce that marks these addresses, and counts none."""
    return row(of, shows, raw, marks=list(addresses or (PETR,)), soft=[], bounce=True)


def _soft(of: str, shows: str, raw: bytes, address: str = PETR) -> Row:
    return row(of, shows, raw, marks=[], soft=[address], bounce=True)


_REFUSED = "550 5.7.1 <{0}>: message content refused, invalid DKIM"
_UNKNOWN = "550 5.1.1 <{0}>: Recipient address rejected: User unknown"
_INCLUDED = "Other recipients, if any: their fate is not included here.\n"
_WRAPPED = "5.1.0 - Unknown address error 550-'{0}'"

ROWS: list[Row] = [
    _soft(
        "bounce-account-word-marks",
        "account@",
        _status("account@beta.example", "5.7.1", _REFUSED.format("account@beta.example")),
        "account@beta.example",
    ),
    _soft(
        "bounce-account-word-marks",
        "unbekannt in the name, a time limit",
        _status(
            "unbekannt@beta.example", "4.4.1", "Connection to unbekannt@beta.example timed out"
        ),
        "unbekannt@beta.example",
    ),
    _soft(
        "bounce-account-word-marks",
        "mailbox in the host",
        _status(
            "jan@mailbox-user.example",
            "5.7.1",
            "550 5.7.1 host mailbox-user.example said: invalid signature, message refused",
        ),
        "jan@mailbox-user.example",
    ),
    _soft(
        "bounce-account-word-marks",
        "a text, user@",
        told(
            "Your message could not be delivered:\n\n<user@beta.example>: 550 5.7.1 content refused: invalid DKIM signature\n"
        ),
        "user@beta.example",
    ),
    marked(
        "bounce-soft-word-in-address",
        "spamcop",
        _status("jan@spamcop.example", "5.1.1", _UNKNOWN.format("jan@spamcop.example")),
        "jan@spamcop.example",
    ),
    marked(
        "bounce-soft-word-in-address",
        "quota-exceeded in the host",
        _status(
            "jan@quota-exceeded.example", "5.1.1", _UNKNOWN.format("jan@quota-exceeded.example")
        ),
        "jan@quota-exceeded.example",
    ),
    marked(
        "bounce-soft-word-in-address",
        "a text, temporarily@",
        told(
            "Delivery to the following recipient failed permanently:\n\n  temporarily@blacklist.example\n  550 5.1.1 No such user\n"
        ),
        "temporarily@blacklist.example",
    ),
    _soft(
        "bounce-boilerplate-marked",
        "is not included",
        _status(
            PETR,
            "5.0.0",
            "550 5.7.1 Closed for maintenance of filters",
            f"<{PETR}>:\n550 5.7.1 Closed\n\n{_INCLUDED}",
        ),
    ),
    _soft(
        "bounce-boilerplate-marked",
        "a list of usual causes",
        _status(
            PETR,
            "5.0.0",
            "550 message rejected by policy",
            "Usual causes: the address does not exist, the mailbox is full, or the message was refused by policy.\n",
        ),
    ),
    _soft(
        "bounce-boilerplate-marked",
        "German, a hint",
        _status(
            PETR,
            "5.7.1",
            "550 5.7.1 Zugriff verweigert",
            "Bitte prüfen Sie, ob die Adresse existiert, und wenden Sie sich an den Administrator.\n",
        ),
    ),
    marked(
        "bounce-helpdesk-marked",
        "Czech",
        told(
            f"Vaši zprávu se nepodařilo doručit těmto příjemcům:\n\n{PETR}\n   550 5.1.1 user unknown\n\nV případě potíží se obraťte na podpora@provider.example.\n"
        ),
    ),
    marked(
        "bounce-helpdesk-marked",
        "Polish, before the recipient",
        told(
            f"W razie pytań: pomoc@provider.example\n\nNie dostarczono do:\n<{PETR}>: 550 5.1.1 nie ma takiego użytkownika\n"
        ),
    ),
    marked(
        "bounce-helpdesk-marked",
        "(generated from …)",
        told(
            f"The following address failed:\n\n  {PETR}\n    (generated from sales@list.example)\n    550 5.1.1 unknown user\n"
        ),
    ),
    marked(
        "bounce-helpdesk-marked",
        "a postmaster in the answer",
        told(
            f"This message could not be delivered.\n\n<{PETR}>: 550 5.1.1 No such user, contact postmaster@acme.example or call helpdesk@acme.example\n"
        ),
    ),
    marked(
        "bounce-message-id-marked",
        "without blanks",
        told(
            f"A message that you sent could not be delivered to one or more of its recipients.\n\n{PETR} No such mailbox, code :5.1.1 User Unknown\n\nReceived:from mail.firma.cz by mx.example\nMessage-ID:<1.abc@store.example>\nFrom:Jan <jan.novak@firma.cz>\nSubject:Nabidka\n"
        ),
    ),
    marked(
        "bounce-message-id-marked",
        "in a sentence",
        told(
            f"Your message <77.abc@store.example> could not be delivered to:\n\n{PETR}\n  550 5.1.1 User unknown\n"
        ),
    ),
    marked(
        "bounce-message-id-marked",
        "an envelope id and a queue id",
        told(
            f"Delivery has failed to these recipients:\n\n{PETR}\n550 5.1.1 User unknown\n\nOriginal-Envelope-Id: 9.abc@envelope.example\nX-Queue-Id: q1@queue.example\n"
        ),
    ),
    _soft(
        "bounce-wrapped-policy-marked",
        "access denied inside",
        _status(
            PETR,
            "5.0.0 (permanent failure)",
            _WRAPPED.format("5.7.1 Your host is not welcome: access denied"),
        ),
    ),
    _soft(
        "bounce-wrapped-policy-marked",
        "a full mailbox inside, double quotes",
        _status(PETR, "5.1.0", '5.1.0 - Unknown address error "552 5.2.2 mailbox full"'),
    ),
    marked(
        "bounce-wrapped-policy-marked",
        "an unknown user inside marks",
        _status(PETR, "5.0.0", _WRAPPED.format("5.1.1 user unknown")),
    ),
    _soft(
        "bounce-wrapped-policy-marked",
        "in a text",
        told(
            f"Your mail to <{PETR}> did not arrive. Why:\n5.1.0 - Unknown address error 554-'5.7.1 Service unavailable; client host blocked'\n"
        ),
    ),
    row(
        "bounce-wrapped-policy-marked",
        "nobody but its own reader is named",
        told("Dear jan.novak@firma.cz,\n\nyour mail did not arrive: 554 5.7.1 blocked by policy\n"),
        bounce=True,
        named=[],
    ),
    row(
        "bounce-helpdesk-marked",
        "two addresses in sentences, neither of them introduced",
        told(f"Ask {PETR} and {BOB} about it.\n\n554 5.7.1 blocked by policy\n"),
        named=[],
    ),
]
