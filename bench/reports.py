"""What the rule book is about: bounces, opt-outs, complaints, invitations, problems, replies.

All of 1-6 KB. Invitations come in threes: a request, its change, its end. Problems come in twos: a
new one and its new state.
"""

import random

from bench.heads import USERS, a_contact, a_user, head, message_id

KINDS = {"bounce": 8, "opt_out": 3, "complaint": 2, "invitation": 7, "problem": 5, "reply": 5}
"""Kinds and their weights."""

_PLAIN, _OUT = "text/plain; charset=utf-8", "obchod@firma.cz"
_PROSE = "Dobrý den, potvrzujeme termín montáže a prosíme o zaslání výkresu. Thank you. "
_STATUSES = ("5.1.1", "5.1.10", "5.2.1", "4.2.2", "5.7.1")


def a_report(kind: str, turn: int, number: int, chance: random.Random) -> bytes:
    """Make one mail of `kind`.

    Args:
        kind: One of `KINDS`.
        turn: How many of this kind came before.
        number: Of the mail in its set.
        chance: Seeded.
    """
    match kind:
        case "bounce":
            return _bounce(number, chance)
        case "opt_out":
            subject = chance.choice(
                ("Do not send", "Re: do not send more offers", "Nechci reklamu")
            )
            return head(number, a_contact(chance), _OUT, subject, _PLAIN) + b"Please.\r\n"
        case "complaint":
            return _complaint(number, chance)
        case "invitation":
            return _invitation(turn, number)
        case "problem":
            return _problem(turn, number, chance)
        case _:
            return _reply(number, chance)


def _bounce(number: int, chance: random.Random) -> bytes:
    """Write a delivery report (RFC 3464) with the mail that came back."""
    address, status = a_contact(chance), chance.choice(_STATUSES)
    report = (
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {status.replace('.', '')} {status} refused\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    sender, subject = f"mailer-daemon@{address.partition('@')[2]}", f"Undelivered Mail {number}"
    top = head(number, sender, _OUT, subject, kind, "Return-Path: <>")
    return top + _parts(
        (_PLAIN, f"Your mail to {address} could not be delivered.\n"),
        ("message/delivery-status", report),
        ("message/rfc822", _original(address, number)),
    )


def _complaint(number: int, chance: random.Random) -> bytes:
    """Write an abuse report (RFC 5965)."""
    address = a_contact(chance)
    kind = 'multipart/report; report-type=feedback-report; boundary="b"'
    report = (
        "Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\n"
        f"Original-Rcpt-To: <{address}>\nOriginal-Mail-From: <{_OUT}>\n"
    )
    return head(number, "fbl@provider.example", _OUT, f"Complaint {number}", kind) + _parts(
        (_PLAIN, "This is an abuse report.\n"),
        ("message/feedback-report", report),
        ("message/rfc822", _original(address, number)),
    )


def _original(address: str, number: int) -> str:
    return (
        f"From: Obchod <{_OUT}>\nTo: <{address}>\nSubject: Offer\n"
        f"Message-ID: <offer-{number}@firma.cz>\n\n{_PROSE * 20}\n"
    )


def _invitation(turn: int, number: int) -> bytes:
    """Write a request, its change, its end (RFC 5546), as Outlook sends them."""
    meeting, step = divmod(turn, 3)
    method, status = ("REQUEST", "CONFIRMED") if step < 2 else ("CANCEL", "CANCELLED")
    organizer = f"p{meeting % 4}@c{meeting % 500}.example"
    users = [f"u{(meeting + each) % USERS}@firma.cz" for each in range(2)]
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Loop//EN", f"METHOD:{method}"),
        *("BEGIN:VEVENT", f"UID:meeting-{meeting}@mails.example", f"SEQUENCE:{step}"),
        f"DTSTAMP:20261101T0{step}0000Z",
        f"DTSTART;TZID=Central Europe Standard Time:202611{10 + step}T090000",
        f"DTEND;TZID=Central Europe Standard Time:202611{10 + step}T103000",
        f"ORGANIZER;CN=Petr:mailto:{organizer}",
        *(f"ATTENDEE;CN=User;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{user}" for user in users),
        *(f"SUMMARY:Meeting {meeting}", "LOCATION:Hall 2", f"STATUS:{status}"),
        *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    kind = 'multipart/alternative; boundary="b"'
    top = head(number, organizer, " ".join(users), f"Meeting {meeting} step {step}", kind)
    calendar = f"text/calendar; method={method}; charset=utf-8"
    return top + _parts((_PLAIN, _PROSE), (calendar, "\n".join(lines)))


def _problem(turn: int, number: int, chance: random.Random) -> bytes:
    """Write a problem with a token for its contract, in every second case as HTML."""
    problem, step = divmod(turn, 2)
    link = f"https://erp.firma.cz/problem.aspx?form=7&amp;id={problem + 1}"
    contract, status = chance.randint(1, 200), ("New", "Solved")[step]
    if problem % 2:
        kind, url = _PLAIN, link.replace("&amp;", "&")
        body = f"Contract: {contract}\nStatus: {status}\nSubject: Press {problem}\n{url}\n"
    else:
        kind = "text/html; charset=utf-8"
        body = (
            f"<p>Contract: {contract}</p><table><tr><td>Subject</td><td>Press {problem}</td></tr>"
            f'<tr><td>Status</td><td>{status}</td></tr></table><p><a href="{link}">Open</a></p>'
        )
    subject = f"Status Problem No. {problem + 1} {status}"
    return head(number, "problems@firma.cz", a_user(chance), subject, kind) + body.encode()


def _reply(number: int, chance: random.Random) -> bytes:
    """Answer any mail before, with its quote: from a contact, or from one of us."""
    pair = [a_contact(chance), a_user(chance)]
    chance.shuffle(pair)
    parent = message_id(chance.randrange(max(number, 1)))
    quote = "\r\n".join(f"> {_PROSE}" for _ in range(15))
    body = f"{_PROSE * 5}\r\n\r\nOn Mon, 2 Nov 2026, Jan wrote:\r\n{quote}\r\n"
    links = (f"In-Reply-To: {parent}", f"References: {parent}")
    return head(number, *pair, f"Re: Offer {number}", _PLAIN, *links) + body.encode()


def _parts(*parts: tuple[str, str]) -> bytes:
    body = "".join(f"--b\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    return (body + "--b--\n").replace("\n", "\r\n").encode()
