"""Bounds of what one mail may cause: users, commands, files, attendees, notes, the message."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.assembly.writing import writer_stage
from services.classifier.facts.facts import Facts
from services.classifier.message_size import within_bounds
from services.classifier.reading.mail import Mail
from services.classifier.stage import classified
from shared.broker.wire import classified_from_broker, classified_to_broker
from shared.contracts.bounds import MESSAGE_BYTES
from shared.contracts.commands import CreateActivity
from shared.contracts.messages import MailClassified, MailFetched
from shared.contracts.references import UserRef
from shared.domain.directory import User
from shared.errors import ContractError
from shared.netgenium.own.tables import journal_table
from tests.builders import (
    MAIL_ID,
    PETR,
    RECEIVED,
    a_box,
    a_mail,
    activities,
    decide,
    raw_mail,
    reasons,
    some_facts,
    tasks,
)
from tests.installation import COMPANY, Installation, an_installation
from tests.messages import A_KEY

EMPLOYEES = [f"user{number}@firma.cz" for number in range(1100)]
OWN = a_box(own_domains=("firma.cz",))


def facts() -> Facts:
    """A company of 1,100 users."""
    users = {email: User(UserRef(id=number, email=email)) for number, email in enumerate(EMPLOYEES)}
    return some_facts(OWN, users=users)


def message_of(mail: Mail) -> MailClassified:
    """The message to the writer, after its way."""
    fetched = MailFetched(
        mail_id=MAIL_ID, box="crm", source="x", received_at=RECEIVED, size=1, sha256="a" * 64,
        backup_key=A_KEY,
    )  # fmt: skip
    message = classified(fetched, mail, facts(), decide(mail, facts()))
    assert classified_from_broker(classified_to_broker(message)) == message
    return message


def calendars(events: int, attendees: int, summary: str = "Meeting") -> str:
    """One calendar of many events with many attendees."""
    invited = "".join(f"ATTENDEE:mailto:a{number}@x.cz\n" for number in range(attendees))
    inside = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nSUMMARY:{summary}\n{invited}END:VEVENT\n"
        for number in range(events)
    )
    return f"BEGIN:VCALENDAR\nMETHOD:REQUEST\n{inside}END:VCALENDAR\n"


def an_invitation(events: int, attendees: int, users: int, sender: str = PETR) -> Mail:
    """A mail with such a calendar to many users."""
    head = "Content-Type: text/calendar; charset=utf-8\n"
    to = ", ".join(EMPLOYEES[:users])
    body = calendars(events, attendees)
    return a_mail(raw_mail(body, sender=sender, to=to, more=head), box=OWN)


@pytest.mark.parametrize(("sender", "most"), [(PETR, 100), (EMPLOYEES[0], 1000)])
def test_a_mail_concerns_at_most_so_many_users(sender: str, most: int) -> None:
    """H-3, A-1: more recipients than that make no more activities; the trace says so."""
    subject = "New task: x" if sender == EMPLOYEES[0] else "Delivery"
    outside = "b@beta.example, " if sender == EMPLOYEES[0] else ""
    mail = a_mail(
        raw_mail(sender=sender, to=outside + ", ".join(EMPLOYEES[1:999]), cc=", ".join(EMPLOYEES)),
        box=OWN,
    )
    decided = decide(mail, facts())
    solvers = decide(
        a_mail(raw_mail(sender=sender, to=", ".join(EMPLOYEES), subject=subject), box=OWN), facts()
    )

    made = activities(decided)
    assert len(made) == (most if sender == PETR else 1)
    assert len(facts().user_recipients(mail)) + len(facts().forwarding_users(mail)) <= most
    assert all(len(task.solvers) <= most for task in tasks(solvers))
    if sender == PETR:
        assert any("users beyond 100 are left out" in reason for reason in reasons(decided, "H-3"))


def test_a_refuted_employee_has_the_bounds_of_an_outsider() -> None:
    """S-1, H-3: who only claims to be of an own domain gets no more than anybody."""
    mail = a_mail(raw_mail(sender=f'"{EMPLOYEES[0]}"', to=", ".join(EMPLOYEES[:500])), box=OWN)

    assert len(facts().user_recipients(mail)) == 100


@pytest.mark.parametrize(
    ("sender", "users", "most"), [(PETR, 1, 500), (PETR, 100, 500), (EMPLOYEES[0], 200, 2000)]
)
def test_events_times_users_are_bounded(sender: str, users: int, most: int) -> None:
    """H-3, V2-1: 190 events with 98 attendees to 100 users are a small message."""
    mail = an_invitation(190, 98, users, sender)
    message = message_of(mail)

    assert 190 <= len(message.commands) <= most
    assert sum(isinstance(one, CreateActivity) for one in message.commands) in (1, users)
    assert len(message.model_dump_json()) <= MESSAGE_BYTES
    told = any("beyond the limit" in line.reason for line in message.trace)
    assert told is (users > 1)


def test_attendees_and_texts_travel_once() -> None:
    """V2-1, H-33: a second user adds no attendee to the message."""
    one, many = (len(message_of(an_invitation(3, 200, n)).model_dump_json()) for n in (1, 50))

    assert many - one < 50 * 2000
    assert one > 3 * 200 * 20


def test_attendees_of_an_event_are_bounded() -> None:
    """H-3, V2-1: of 5,000 attendees 300 are kept, and the mail is flagged."""
    mail = an_invitation(1, 5000, 1)

    assert [len(event.attendees) for event in mail.parsed.events] == [300]
    assert "attendees beyond the limit" in mail.parsed.defects
    assert any("attendees" in line.reason for line in decide(mail, facts()).trace)


@pytest.mark.parametrize("text", ["Contract:{n} ", "Contract:{n} p2\n", "<p>Order:{n}</p>"])
def test_of_a_flood_of_tokens_few_are_noted(text: str) -> None:
    """H-11, T-1: 70,000 tokens are 20 notes, and the first still wins."""
    body = "Contract:123\n" + "".join(text.format(n=number) for number in range(70_000))
    kind = "html" if "<p>" in body else "plain"
    mail = a_mail(body, more=f"Content-Type: text/{kind}\n", to=EMPLOYEES[0])
    decided = decide(mail, facts())

    passed_over = [reason for reason in reasons(decided, "T-1") if "passed over" in reason]
    assert len(passed_over) == 20
    assert "more tokens" in passed_over[-1]
    (activity,) = activities(decided)
    assert activity.contract
    assert activity.contract.number == "123"


@pytest.mark.parametrize("character", ["a", "<", "\u017e", "\U0001f600", '"', "&"])
def test_the_message_to_the_writer_is_bounded(character: str) -> None:
    """H-4: the largest text, HTML, references and calendars of any letters fit into 8 MiB."""
    html = f"<p>{character * 3_000_000}</p>"
    calendar = calendars(200, 60, character * 900)
    parts = (
        ("text/plain", character * 3_000_000),
        ("text/html", html),
        ("text/calendar", calendar),
    )
    body = "".join(f"\n--x\nContent-Type: {kind}; charset=utf-8\n\n{text}" for kind, text in parts)
    ids = " ".join(f"<{number}{'x' * 400}@x.cz>" for number in range(30))
    head = f"References: {ids}\nContent-Type: multipart/mixed; boundary=x\n"
    mail = a_mail(raw_mail(body, to=", ".join(EMPLOYEES[:100]), more=head), box=OWN)

    message = message_of(mail)

    assert len(message.model_dump_json()) <= MESSAGE_BYTES
    assert sum(isinstance(one, CreateActivity) for one in message.commands) == 100
    assert message.content
    assert len(message.content.text) >= 250_000


def test_what_is_too_large_is_said() -> None:
    """H-4: the trace names what was left out; text and activities stay."""
    mail = a_mail(raw_mail("\U0001f600" * 1_000_000, to=EMPLOYEES[0]), box=OWN)
    message = message_of(mail)
    assert message.content
    huge = message.content.model_copy(update={"html": "<p>" * 4_000_000})

    lighter = within_bounds(message.model_copy(update={"content": huge}))

    assert lighter.content
    assert (lighter.content.html, lighter.content.text) == (None, message.content.text)
    assert [line.reason for line in lighter.trace if line.id == "H-4"] == [
        "the HTML is left out: the mail is too large"
    ]


def test_an_ordinary_message_is_left_alone() -> None:
    """H-4: a near miss - a mail with a large text and its HTML travels whole."""
    message = message_of(a_mail(raw_mail("a\n" * 250_000, to=EMPLOYEES[0]), box=OWN))

    assert not [line for line in message.trace if line.id == "H-4"]


def a_crowd(folder: Path, users: int) -> Installation:
    """An installation with many users."""
    more = [
        {"login": f"u{number}", "name": f"U {number}", "email": EMPLOYEES[number], "role": "Sales"}
        for number in range(users)
    ]
    company = COMPANY.model_validate(
        COMPANY.model_dump() | {"users": [*COMPANY.model_dump()["users"], *more]}
    )
    return an_installation(folder, company)


def with_files(files: int, to: Sequence[str]) -> bytes:
    """A mail with many files of one byte."""
    parts = "".join(
        f"\n--x\nContent-Type: application/pdf; name=f{number}.pdf\n\nx" for number in range(files)
    )
    head = "Content-Type: multipart/mixed; boundary=x\n"
    return raw_mail(parts + "\n--x--", sender="petr@acme.example", to=", ".join(to), more=head)


@pytest.mark.parametrize(
    ("files", "users", "rows"), [(990, 60, 200), (5, 60, 200), (5, 3, 15), (1, 60, 60)]
)
def test_files_times_users_are_bounded(tmp_path: Path, files: int, users: int, rows: int) -> None:
    """H-2, A-4: at most 200 files of a mail are stored; the first activity has all that are."""
    installation = a_crowd(tmp_path, users)
    installation.drop("a.eml", with_files(files, EMPLOYEES[:users]))

    installation.run()

    made = installation.list("activities")
    table = installation.erp.tables.table("attachment")
    with installation.erp.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(table)) == rows
        trace = str(connection.scalar(select(journal_table.c.trace)))
    assert len(made) == users
    assert len(made[0]["attachments"]) == min(files, 200)
    assert ("files are stored with" in trace) is (min(files, 200) * users > 200)
    assert ("only 200 are stored" in trace) is (files > 200)


def test_the_writer_applies_events_by_reference(tmp_path: Path) -> None:
    """V2-1, H-33: each user gets the record of the event that the mail tells once."""
    installation = a_crowd(tmp_path, 3)
    raw = raw_mail(
        calendars(2, 3),
        sender="petr@acme.example",
        to=", ".join(EMPLOYEES[:3]),
        more="Content-Type: text/calendar; charset=utf-8\n",
    )
    installation.drop("a.eml", raw)

    installation.run()

    found = installation.list("invitations")
    assert sorted((one["user"], one["uid"]) for one in found) == [
        (user, uid) for user in EMPLOYEES[:3] for uid in ("0", "1")
    ]
    assert len(installation.list("activities")) == 3


def test_a_reference_to_no_event_is_a_broken_message(tmp_path: Path) -> None:
    """H-33: a command that names an event that its message does not hold is refused."""
    message = message_of(an_invitation(1, 1, 1))
    assert message.content
    without = message.content.model_copy(update={"events": ()})
    installation = a_crowd(tmp_path, 1)
    writer = writer_stage([installation.box], installation.erp, installation.data)

    with pytest.raises(ContractError, match="has no event 0"):
        writer.handle([message.model_copy(update={"content": without})])
