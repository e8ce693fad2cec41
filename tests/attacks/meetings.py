"""Attacks by calendars: somebody else's event taken over, cancelled, answered or doubled."""

from collections.abc import Iterator

from tests.attacks.stories import BOB, EVIL, JAN, PETR, SERVER, Story
from tests.builders import raw_mail


def _event(
    method: str,
    uid: str,
    sequence: int,
    *,
    organizer: str = BOB,
    summary: str = "Real",
    answer: str = "NEEDS-ACTION",
    stamp: str = "20261120T080000Z",
    more: str = "",
) -> str:
    """The lines of one event with its calendar."""
    return "\n".join(
        (
            *("BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT"),
            *(f"UID:{uid}", f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}"),
            *("DTSTART:20261201T090000Z", f"SUMMARY:{summary}", *more.splitlines()),
            *(f"ORGANIZER:mailto:{organizer}", f"ATTENDEE;PARTSTAT={answer}:mailto:{JAN}"),
            *("END:VEVENT", "END:VCALENDAR", ""),
        )
    )


def _sent(sender: str, *calendars: str, result: str = "pass", name: str = "x") -> bytes:
    """A mail to Jan with these calendars."""
    domain = sender.partition("@")[2]
    head = f"Authentication-Results: {SERVER}; dmarc={result} header.from={domain}\n"
    kind = "Content-Type: text/calendar; charset=utf-8"
    if len(calendars) == 1:
        body, more = calendars[0], f"{head}{kind}\n"
    else:
        body = "".join(f"--b\n{kind}\n\n{one}\n" for one in calendars) + "--b--\n"
        more = f"{head}Content-Type: multipart/mixed; boundary=b\n"
    return raw_mail(body, sender=sender, to=JAN, subject=f"meeting {name}", more=more)


_OTHER = "incoming jan other organiser"
_FLAGGED = "incoming jan not from its organiser"
_HIS = "x Mine 0 NEEDS-ACTION"
_REAL = "bob Real 0 NEEDS-ACTION"


def _squatted() -> Iterator[Story]:
    """A stranger has the UID of an event first, or later, with himself as its organiser."""
    names = ("uid-squat", "uid-squat-real")
    for number, variant in enumerate(("first", "later", "with a higher SEQUENCE", "from 2099")):
        uid = f"squat{number}@beta.example"
        stamp = "20991231T080000Z" if number == 3 else "20261120T080000Z"
        sequence = 2_147_483_647 if number == 2 else 0
        his = _event("REQUEST", uid, sequence, organizer=EVIL, summary="Mine", stamp=stamp)
        squat = _sent(EVIL, his, name=f"{uid} his")
        real = _sent(BOB, _event("REQUEST", uid, 0), name=uid)
        shown = _HIS.replace("0", str(sequence))
        if number == 1:
            yield Story(
                names, variant, (real, squat), ("incoming jan", _OTHER), (_REAL, shown), uid
            )
        else:
            yield Story(
                names, variant, (squat, real), ("incoming jan", _OTHER), (shown, _REAL), uid
            )


def _cancelled() -> Iterator[Story]:
    """What has been recorded is cancelled by somebody who is not its organiser."""
    for number, (variant, by, organizer, result, seen) in enumerate(
        (
            ("in his name, refuted", BOB, BOB, "fail", "incoming jan sender not believed"),
            ("by a stranger, naming him", EVIL, BOB, "pass", "incoming jan"),
            ("by a stranger, naming himself", EVIL, EVIL, "pass", _OTHER),
            ("by another customer", PETR, BOB, "pass", "incoming jan"),
        )
    ):
        uid = f"cancel{number}@beta.example"
        real = _sent(BOB, _event("REQUEST", uid, 0), name=uid)
        forged = _event("CANCEL", uid, 9, organizer=organizer)
        attack = _sent(by, forged, result=result, name=f"{uid} forged")
        yield Story(
            ("m-cancel-forged",), variant, (real, attack), ("incoming jan", seen), (_REAL,), uid
        )


def _refuted() -> Iterator[Story]:
    """A first invitation that is not its organiser's is recorded, and flagged."""
    doubtful = "incoming jan sender not believed, not from its organiser"
    for number, (variant, by, organizer, result, seen) in enumerate(
        (
            ("in a customer's name", BOB, BOB, "fail", doubtful),
            ("in a colleague's name", "eva.mala@firma.cz", "eva.mala@firma.cz", "fail", doubtful),
            ("by a stranger, proven", EVIL, BOB, "pass", _FLAGGED),
            ("by another customer", PETR, BOB, "pass", _FLAGGED),
        )
    ):
        uid = f"refuted{number}@beta.example"
        event = _event("REQUEST", uid, 0, organizer=organizer, summary="Phish")
        attack = _sent(by, event, result=result, name=uid)
        shown = f"{organizer.partition('@')[0]} Phish 0 NEEDS-ACTION"
        yield Story(("m6-refuted",), variant, (attack,), (seen,), (shown,), uid)


def _answered() -> Iterator[Story]:
    """An answer in somebody's name, by somebody else."""
    for number, (variant, by, result, seen) in enumerate(
        (
            ("refuted", JAN, "fail", "spam, deleted"),
            ("by a stranger", EVIL, "pass", "incoming jan"),
            ("by another customer", PETR, "pass", "incoming jan"),
            ("by the organiser", BOB, "pass", "incoming jan"),
        )
    ):
        uid = f"reply{number}@beta.example"
        real = _sent(BOB, _event("REQUEST", uid, 0), name=uid)
        forged = _event("REPLY", uid, 0, answer="DECLINED", stamp="20261121T080000Z")
        attack = _sent(by, forged, result=result, name=f"{uid} forged")
        yield Story(
            ("m8-reply-forged-tom",), variant, (real, attack), ("incoming jan", seen), (_REAL,), uid
        )


def _several() -> Iterator[Story]:
    """Several states of one event in one mail: the last counts, and the mail stops nothing."""
    for number, (variant, states, shown) in enumerate(
        (
            ("two states", (("REQUEST", 0), ("REQUEST", 1)), "1"),
            ("the newer first", (("REQUEST", 1), ("REQUEST", 0)), "1"),
            ("cancelled twice", (("REQUEST", 0), ("CANCEL", 1), ("CANCEL", 2)), ""),
            ("twice the same", (("REQUEST", 3), ("REQUEST", 3)), "3"),
        )
    ):
        uid = f"several{number}@beta.example"
        mail = _sent(BOB, *(_event(method, uid, at) for method, at in states), name=uid)
        meetings = (f"bob Real {shown} NEEDS-ACTION",) if shown else ()
        yield Story(("two-seq",), variant, (mail,), ("incoming jan",), meetings, uid)


MEETINGS = [*_squatted(), *_cancelled(), *_refuted(), *_answered(), *_several()]
"""All of them."""
