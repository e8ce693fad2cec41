"""Several states of one event in one mail: the last one decides (behaviour V2-1a)."""

import pytest

from tests.builders import EVA, JAN, PETR, a_mail, decide, invitations, raw_mail, reasons

Event = tuple[str, int, int, str, str]


def a_state(
    method: str = "REQUEST",
    sequence: int = 0,
    stamp: int = 1,
    occurrence: str = "",
    attendees: str = JAN,
) -> str:
    """A calendar with one state of the event u1."""
    lines = [f"RECURRENCE-ID:{occurrence}"] if occurrence else []
    lines += [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{one}" for one in attendees.split()]
    return "\n".join(
        (
            *("BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT", "UID:u1"),
            *(f"SEQUENCE:{sequence}", f"DTSTAMP:202611{stamp:02}T080000Z"),
            *(
                "DTSTART:20261110T080000Z",
                f"ORGANIZER:mailto:{PETR}",
                f"SUMMARY:{sequence} {stamp}",
            ),
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
        )
    )


def told(*states: str, to: str = JAN) -> list[tuple[str, str, str | None, str]]:
    """User, method, occurrence and summary of each invitation that a mail gives."""
    parts = "".join(f"\n--x\nContent-Type: text/calendar\n\n{state}\n" for state in states)
    raw = raw_mail(parts + "--x--", to=to, more="Content-Type: multipart/mixed; boundary=x\n")
    decided = decide(a_mail(raw))
    assert len({command.command_id for command in decided.commands}) == len(decided.commands)
    assert len(decided.commands) == len(invitations(decided)) + len(to.split(", "))
    return [(i.user.email, i.method, i.recurrence_id, i.summary) for i in invitations(decided)]


@pytest.mark.parametrize(
    ("states", "method", "summary"),
    [
        ([a_state(sequence=0), a_state(sequence=1)], "REQUEST", "1 1"),
        ([a_state(sequence=1), a_state(sequence=0)], "REQUEST", "1 1"),
        ([a_state(stamp=1), a_state(stamp=2)], "REQUEST", "0 2"),
        ([a_state(stamp=2), a_state(stamp=1)], "REQUEST", "0 2"),
        ([a_state(), a_state("CANCEL", 1)], "CANCEL", "1 1"),
        ([a_state(), a_state("CANCEL")], "CANCEL", "0 1"),
        ([a_state("CANCEL"), a_state()], "CANCEL", "0 1"),
        ([a_state("CANCEL", 1), a_state(sequence=2)], "REQUEST", "2 1"),
        ([a_state(), a_state("CANCEL", 1), a_state("CANCEL", 2)], "CANCEL", "2 1"),
        ([a_state("PUBLISH"), a_state("REQUEST", 1), a_state("ADD", 2)], "ADD", "2 1"),
        ([a_state(), a_state()], "REQUEST", "0 1"),
        ([a_state(), a_state(attendees=f"{JAN} {EVA}")], "REQUEST", "0 1"),
    ],
)
def test_the_last_state_of_an_event_decides(states: list[str], method: str, summary: str) -> None:
    """V2-1: old and new files, REQUEST and CANCEL, in any order, are one command a user."""
    assert told(*states) == [(JAN, method, None, summary)]
    assert told(*states, to=f"{JAN}, {EVA}") == [
        (JAN, method, None, summary),
        (EVA, method, None, summary),
    ]


def test_each_occurrence_has_its_own_last_state() -> None:
    """V2-1: the whole series and each of its occurrences are events of their own."""
    one, other = "20261110T080000Z", "20261117T080000Z"
    found = told(
        a_state(sequence=5),
        a_state(occurrence=one),
        a_state(occurrence=one, sequence=1),
        a_state("CANCEL", occurrence=other),
    )

    assert found == [
        (JAN, "REQUEST", None, "5 1"),
        (JAN, "REQUEST", one, "1 1"),
        (JAN, "CANCEL", other, "0 1"),
    ]


def test_answers_of_different_people_stay() -> None:
    """V2-1: two answers to one event, in one mail, are two; of one person the last counts."""
    found = told(
        a_state("REPLY", attendees=PETR),
        a_state("REPLY", attendees="other@acme.example"),
        a_state("REPLY", attendees=PETR, stamp=2),
    )

    assert found == [(JAN, "REPLY", None, "0 2"), (JAN, "REPLY", None, "0 1")]


def test_of_an_answer_only_what_is_newest_is_left() -> None:
    """V2-1: a list of answers loses those that a later answer replaces."""
    states = (
        a_state("REPLY", attendees=f"{PETR} other@acme.example"),
        a_state("REPLY", 1, attendees=PETR),
    )
    parts = "".join(f"\n--x\nContent-Type: text/calendar\n\n{state}\n" for state in states)
    raw = raw_mail(parts, more="Content-Type: multipart/mixed; boundary=x\n")

    found = invitations(decide(a_mail(raw)))

    assert {i.summary: [a.address for a in i.attendees] for i in found} == {
        "1 1": [PETR],
        "0 1": ["other@acme.example"],
    }


def test_the_trace_says_what_is_passed_over() -> None:
    """V2-1: nothing is left out in silence."""
    calendars = "\n".join((a_state(), a_state(sequence=1)))
    decided = decide(a_mail(raw_mail(calendars, more="Content-Type: text/calendar\n")))

    assert any("1 earlier state of" in reason for reason in reasons(decided, "V2-1"))


@pytest.mark.parametrize(
    "methods", [("REQUEST", "REQUEST"), ("REQUEST", "CANCEL"), ("REPLY", "REPLY")]
)
def test_states_of_two_organisers_are_two_events(methods: tuple[str, str]) -> None:
    """V2-1a, V2-2a: with one UID in one mail, too, each organiser tells his own event."""
    one, other = (a_state(method) for method in methods)

    found = told(one, other.replace(f"mailto:{PETR}", "mailto:x@evil.example"))

    assert [method for _, method, _, _ in found] == list(methods)


@pytest.mark.parametrize(
    ("numbers", "summary"),
    [
        (((2**31 - 1, 1), (1, 2)), "1 2"),
        (((1, 2), (2**31 - 1, 1)), "1 2"),
        (((1_762_000_000, 1), (1_762_003_600, 2)), "1762003600 2"),
        (((2, 1), (1_002, 1)), "1002 1"),
    ],
)
def test_states_of_one_mail_are_ordered_as_those_of_several(
    numbers: tuple[tuple[int, int], tuple[int, int]], summary: str
) -> None:
    """V2-1a, V2-2c: far SEQUENCEs leave the decision to DTSTAMP within a mail, too."""
    ((_, _, _, last),) = told(*(a_state(sequence=one, stamp=stamp) for one, stamp in numbers))

    assert last == summary
