"""Raw mails that the rules which remember are about: invitations, problems, bounces."""

import os
from email import message_from_bytes
from email.utils import parsedate_to_datetime

from tests.builders import raw_mail
from tests.installation import Installation

JAN, EVA, PETR = "jan.novak@firma.cz", "eva.mala@firma.cz", "petr@acme.example"
HEAD = "Content-Type: text/calendar; method={method}; charset=utf-8\n"


def arrive(installation: Installation, name: str, raw: bytes) -> None:
    """Put a mail into emlDir as if it had come at its own date."""
    installation.drop(name, raw)
    moment = parsedate_to_datetime(message_from_bytes(raw)["Date"]).timestamp()
    os.utime(installation.eml / name, (moment, moment))


def invitation(method: str, sequence: int, start: str = "20261110T080000Z", **more: str) -> bytes:
    """A calendar mail of one event; DTSTAMP follows the sequence."""
    given = {"organizer": PETR, "sender": PETR, "attendee": JAN, "answer": "NEEDS-ACTION"} | more
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        "UID:meeting-1@acme.example",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:20261101T0{sequence}0000Z",
        f"DTSTART:{start}",
        f"ORGANIZER:mailto:{given['organizer']}",
        f"ATTENDEE;PARTSTAT={given['answer']}:mailto:{given['attendee']}",
        "SUMMARY:Lis",
        *filter(None, [given.get("lines")]),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return raw_mail(
        "\n".join(lines),
        subject=f"{method} {sequence} {given['sender']}",
        sender=given["sender"],
        to=JAN,
        more=HEAD.format(method=method) + given.get("head", ""),
    )


def problem(status: str, minute: int, sender: str = "problems@firma.cz") -> bytes:
    """The state of problem 77."""
    return raw_mail(
        f"Contract: 123\nStatus: {status}\nSubject: Lis stojí\n"
        "https://erp.firma.cz/problem.aspx?form=1&id=77\n",
        subject=f"Status Problem No. 77 {status}",
        sender=sender,
        to=EVA,
        date=f"Mon, 02 Nov 2026 09:{minute:02}:00 +0100",
    )


def bounce(address: str, status: str, day: int) -> bytes:
    """A delivery report of 2 to 6 November."""
    body = (
        "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.acme.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\n--b--\n"
    )
    return raw_mail(
        body,
        subject="Undelivered",
        sender="mailer-daemon@acme.example",
        to=JAN,
        date=f"{'Mon Tue Wed Thu Fri'.split()[day - 2]}, {day:02} Nov 2026 09:00:00 +0100",
        more='Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n',
    )
