from hypothesis import given
from hypothesis import strategies as st

from services.classifier.chain import Hit, Miss, PolicyRow, SoFar, ask
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from tests.builders import BOX, DIRECTOR, EVA, JAN, PETR, a_mail, decide, some_facts, tasks
from tests.report_builders import DAEMON

ADDRESSES = st.sampled_from([JAN, EVA, DIRECTOR, BOX, PETR, f"'{JAN}'", "x@beta.example", DAEMON])
LISTS = st.lists(ADDRESSES, max_size=5).map(", ".join)
SUBJECTS = st.sampled_from(
    ["Delivery", "New task: pump", "Re: Contract:123", "unsubscribe", "Undelivered Mail Returned"]
)
EVENTS = st.builds(
    (
        "BEGIN:VCALENDAR\nMETHOD:{}\nBEGIN:VEVENT\nUID:{}\nSEQUENCE:{}\nDTSTAMP:2026110{}T080000Z\n"
        "{}ORGANIZER:mailto:{}\nATTENDEE;PARTSTAT={}:mailto:{}\nEND:VEVENT\nEND:VCALENDAR\n"
    ).format,
    st.sampled_from(["REQUEST", "CANCEL", "REPLY", "PUBLISH", "ADD", "COUNTER"]),
    st.sampled_from("ab"),
    st.integers(0, 2),
    st.integers(1, 3),
    st.sampled_from(["", "RECURRENCE-ID:20261110T080000Z\n"]),
    st.sampled_from([JAN, PETR]),
    st.sampled_from(["ACCEPTED", "DECLINED"]),
    st.sampled_from([JAN, EVA, PETR]),
)
STATUS = st.builds(
    "Final-Recipient: rfc822; {}\nAction: {}\nStatus: {}\n\n".format,
    st.sampled_from(["Bob@beta.example", "bob@beta.example", "x@beta.example", JAN]),
    st.sampled_from(["failed", "delayed"]),
    st.sampled_from(["5.1.1", "4.2.2"]),
)
PARTS = st.one_of(
    st.lists(EVENTS, min_size=1, max_size=4).map(lambda e: ("text/calendar", "".join(e))),
    st.lists(STATUS, min_size=1).map(lambda s: ("message/delivery-status", "\n" + "".join(s))),
    st.builds(
        lambda to: ("message/feedback-report", f"Feedback-Type: abuse\nOriginal-Rcpt-To: {to}\n"),
        ADDRESSES,
    ),
    st.sampled_from([("text/plain", "Contract:123 p2"), ("text/html", "<p>Order:15</p>")]),
)
ENVELOPE = st.lists(ADDRESSES.map("Delivered-To: {}\n".format), max_size=3).map("".join)


@given(
    sender=ADDRESSES,
    to=LISTS,
    cc=LISTS,
    subject=SUBJECTS,
    envelope=ENVELOPE,
    parts=st.lists(PARTS, max_size=5),
    report=st.booleans(),
)
def test_no_two_commands_of_a_mail_have_one_id(
    *,
    sender: str,
    to: str,
    cc: str,
    subject: str,
    envelope: str,
    parts: list[tuple[str, str]],
    report: bool,
) -> None:
    """V2-1, R-e: whatever a mail holds, the rules give commands with ids of their own."""
    body = "".join(f"\n--x\nContent-Type: {kind}\n\n{text}" for kind, text in parts) + "\n--x--"
    kind = "multipart/report" if report else "multipart/mixed"
    head = f"{envelope}Content-Type: {kind}; boundary=x\n"

    decided = decide(a_mail(body, sender=sender, to=to, cc=cc, subject=subject, more=head))

    ids = [command.command_id for command in decided.commands]
    assert len(set(ids)) == len(ids)
    assert not any("have their ids" in line.reason for line in decided.trace)


def test_the_chain_takes_no_command_twice() -> None:
    """R-e: by construction - of two commands with one id the second is left out, and it is said."""

    def rule(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
        (task,) = tasks(decide(mail, facts))
        return Hit(said("twice"), commands=(task, task))

    policy = (PolicyRow("X-1", "one", rule, "-"), PolicyRow("X-2", "two", rule, "-"))
    decided = ask(policy, a_mail(sender=JAN, to=EVA, subject="New task: x"), some_facts())

    assert len(decided.commands) == 1
    assert [line.reason for line in decided.trace if not line.hit] == [
        "1 command is left out: another of this mail has its id",
        "2 commands are left out: others of this mail have their ids",
    ]
