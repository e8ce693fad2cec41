"""Reports that nothing confirms, from emlDir to what a person decides: all on SQLite."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from services.answers.made import made_of
from services.answers.records import list_records
from services.answers.trust import trust_oddities, unset_trust
from services.assembly.marks_look import marks_look, marks_state
from services.operator.commands import app
from services.writer.undo import undo_mail
from shared import metrics
from shared.errors import WrongUseError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import soft_bounce_table
from tests.builders import a_box, raw_mail
from tests.installation import Installation, an_installation
from tests.integration.test_replay import replay
from tests.rule_book_mails import JAN, PETR, bounce

BOB, EVIL, RELAY = "bob@beta.example", "x@evil.example", "b@relay.example"
OFFER = "<offer@firma.cz>"


def a_report(
    *failed: str, sender: str = EVIL, minute: int = 0, original: str = "", status: str = "5.1.1"
) -> bytes:
    """A delivery report about addresses, which returns the header of a mail if it is named."""
    blocks = "".join(
        f"\nFinal-Recipient: rfc822; {one}\nAction: failed\nStatus: {status}\n" for one in failed
    )
    returned = f"--b\nContent-Type: text/rfc822-headers\n\nFrom: {JAN}\nMessage-ID: {original}\n\n"
    return raw_mail(
        "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx\n{blocks}\n{returned if original else ''}--b--\n",
        subject="Undelivered",
        sender=sender,
        to=JAN,
        date=f"Mon, 02 Nov 2026 09:{minute:02}:00 +0100",
        more='Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n',
    )


def feed(installation: Installation, *mails: bytes, together: bool = False) -> None:
    """Process mails, each in a run of its own or all in one group."""
    for number, raw in enumerate(mails):
        installation.drop(f"{len(installation.recorded)}-{number}.eml", raw)
        if not together:
            installation.run()
    installation.run()


def held(installation: Installation) -> dict[str, str]:
    """Who has reported what waits, by address."""
    rows = list_records(installation.erp, "marks", held=True)
    return {row["address"]: row["reporter"] for row in rows}


def marked(installation: Installation) -> set[str]:
    """Addresses whose mark stands."""
    return {row["address"] for row in installation.list("marks") if not row["undone"]}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation, which the command line means, too."""
    installation = an_installation(tmp_path)
    monkeypatch.setenv("CRMSERVICE_DATA", str(installation.data))
    monkeypatch.delenv("NETGENIUM_DATABASE_URL", raising=False)
    return installation


def call(*arguments: str) -> int:
    """Call the command line in this process; return the exit code."""
    return app(list(arguments), standalone_mode=False) or 0


def test_a_strangers_report_marks_nobody(place: Installation) -> None:
    """S-7: customers and strangers wait for a person; nothing of it is in the ERP, nor counted."""
    victims = [PETR, BOB, *(f"v{number}@victim.example" for number in range(18))]
    feed(place, a_report(*victims), a_report("full@victim.example", minute=1, status="5.2.2"))

    assert marked(place) == set()
    assert place.list("forbidden") == []
    assert held(place) == dict.fromkeys([*victims, "full@victim.example"], EVIL)
    with place.erp.engine.connect() as connection:
        assert connection.execute(select(soft_bounce_table)).all() == []
    (first, _) = place.recorded
    made = made_of(place.erp, [first.mail_id])[first.mail_id]
    assert [one.kind for one in made].count("held_mark") == len(victims)
    with pytest.raises(WrongUseError, match="--held is for marks"):
        list(list_records(place.erp, "journal", held=True))


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", ["sent", "report"])
def test_our_mail_that_came_back_marks(place: Installation, *, together: bool, first: str) -> None:
    """S-7, R-e: by the recorded mail's recipients, in either order, in one group or two."""
    sent = raw_mail(sender=JAN, to=BOB, subject="Offer", more=f"Message-ID: {OFFER}\n")
    report = a_report(BOB, PETR, sender=RELAY, original=OFFER)
    mails = (sent, report) if first == "sent" else (report, sent)
    feed(place, *mails, together=together)

    assert (marked(place), held(place)) == ({BOB}, {PETR: RELAY})


def test_a_stranger_cannot_plant_the_mail_that_comes_back(place: Installation) -> None:
    """S-7: a mail of his own with customers in Cc, recorded before, proves nothing."""
    planted = raw_mail(sender=EVIL, to=JAN, cc=BOB, more="Message-ID: <1@evil.example>\n")
    feed(place, planted, a_report(BOB, original="<1@evil.example>"))

    assert (marked(place), held(place)) == (set(), {BOB: EVIL})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
def test_a_report_that_is_believed_closes_what_waits(
    place: Installation, order: tuple[int, int], *, together: bool
) -> None:
    """S-7: whichever came first, the mark stands by the report that is believed, and alone."""
    mails = (a_report(PETR), bounce(PETR, "5.1.1", 3))
    feed(place, *(mails[one] for one in order), together=together)

    assert (marked(place), held(place)) == ({PETR}, {})
    (row,) = place.list("marks")
    with write_transaction(place.erp.engine) as connection:
        undo_mail(connection, place.erp.tables, UUID(row["mail_id"]), "t", datetime.now(UTC))
    assert marked(place) == set()


def test_time_makes_no_held_mark(place: Installation) -> None:
    """S-7, B-3: three soft bounces by a stranger on three days mark nobody."""
    mails = [
        bounce(BOB, "5.2.2", day).replace(b"mailer-daemon@acme", b"mailer-daemon@evil")
        for day in (2, 3, 4)
    ]
    feed(place, *mails)

    assert (marked(place), len(list(list_records(place.erp, "marks", held=True)))) == (set(), 3)


def test_a_person_releases_and_refuses(
    place: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """S-7, O-2: tried, by reporter, one by one; a release can be undone, a refusal stays."""
    feed(place, a_report(PETR, BOB, sender=RELAY), a_report("v@victim.example", minute=1))
    assert call("marks", "release", "--reporter", "*@relay.example", "--dry-run") == 0
    assert (marked(place), len(held(place))) == (set(), 3)

    assert call("marks", "release", "--reporter", "*@relay.example", "--by", "Jana") == 0
    assert call("list", "marks", "--held", "--json") == 0
    (waiting,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "{" in line]
    assert call("marks", "refuse", waiting["held_id"]) == 0

    assert (marked(place), held(place)) == ({PETR, BOB}, {})
    assert [row["contacts"] for row in place.list("marks") if row["address"] == PETR] == [[PETR]]
    refused = str(place.recorded[1].mail_id)
    replay(place, refused, again=True)
    assert (marked(place), held(place)) == ({PETR, BOB}, {})
    (made,) = made_of(place.erp, [UUID(refused)])[UUID(refused)][-1:]
    assert made.kind == "refused_mark"
    assert call("undo", "--rule", "R-2", "--since", "1d", "--reporter", RELAY) == 0
    assert marked(place) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("marks", "release"),
        ("marks", "refuse", "nonsense"),
        ("marks", "release", "--day", "yesterday"),
        ("marks", "release", "00000000-0000-5000-8000-000000000001"),
        ("undo",),
        ("undo", "--rule", "R-2"),
        ("undo", "--rule", "R-9", "--since", "1d"),
        ("undo", "--rule", "R-2", "--since", "1d"),
        ("undo", "00000000-0000-5000-8000-000000000001", "--rule", "R-2"),
    ],
)
def test_a_wrong_call_says_what_to_do(place: Installation, arguments: tuple[str, ...]) -> None:
    """O-6, S-7: nothing is decided about everything by mistake."""
    assert place.list("marks") == []
    with pytest.raises(WrongUseError):
        call(*arguments)


def test_held_marks_are_released_by_their_day_and_a_soft_bounce_counts_then(
    place: Installation,
) -> None:
    """S-7, B-3: what a person releases is as if its mail had been believed."""
    feed(place, a_report(BOB, status="5.2.2"))
    with pytest.raises(WrongUseError, match="no such mark waits"):
        call("marks", "release", "--day", "2020-01-01")
    today = datetime.now(place.box.time_zone).date()

    assert call("marks", "release", "--day", today.isoformat()) == 0

    with place.erp.engine.connect() as connection:
        assert connection.scalars(select(soft_bounce_table.c.address)).all() == [BOB]


def test_marks_of_many_mails_are_undone_by_rule(
    place: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """B-5, S-7: bounces of a day, and no opt-out; a mail that only counted is among them."""
    opt_out = raw_mail(subject="do not send", sender=BOB, to=JAN)
    feed(place, bounce(PETR, "5.1.1", 2), bounce("full@acme.example", "5.2.2", 3), opt_out)
    today = datetime.now(place.box.time_zone).date().isoformat()

    assert call("undo", "--rule", "R-2", "--day", today, "--dry-run") == 0
    assert marked(place) == {PETR, BOB}
    assert "2 mail(s) would be undone" in capsys.readouterr().err
    assert call("undo", "--rule", "R-2", "--day", today) == 0

    assert marked(place) == {BOB}
    with place.erp.engine.connect() as connection:
        assert connection.execute(select(soft_bounce_table)).all() == []
    assert call("undo", "--rule", "R-4", "--since", "1d") == 0
    assert marked(place) == set()


def test_by_off_as_many_as_a_day_may_have(tmp_path: Path) -> None:
    """S-7: bounceProof=off marks up to marksPerDay; those above wait, and the alarm is told."""
    place = an_installation(tmp_path, bounce_proof="off", marks_per_day=2)
    feed(place, a_report("a@v.example"), a_report("b@v.example", "c@v.example", minute=1))

    assert (len(marked(place)), len(held(place))) == (2, 1)
    state = marks_state(place.erp, [place.box], datetime.now(UTC))
    assert (state.today, state.alarm) == (2, False)
    lower = place.box.model_copy(update={"marks_per_day": 1})
    told = [one.detail for one in trust_oddities(place.erp, [lower])]
    assert told == [
        "2 marks today, more than marksPerDay (1)",
        f"1 mark(s) by reports of {EVIL} wait for a person",
    ]
    marks_look(place.erp, [lower])()
    shown = metrics.exposition({}).decode()
    for line in ("marks_today 2.0", "marks_per_day 1.0", "held_marks 1.0"):
        assert f"crmservice_{line}" in shown


def test_check_names_the_server_whose_results_were_ignored(tmp_path: Path) -> None:
    """S-1: of the last mails, by the traces that the journal keeps."""
    place = an_installation(tmp_path, authserv_id=("mx.firma.cz",), eml_trusted=True)
    head = (
        "Received: from a by mx.hosting.example; Mon, 2 Nov 2026 09:00:00 +0100\n"
        "Received: from b by c.example; Mon, 2 Nov 2026 09:00:00 +0100\n"
        "Authentication-Results: mx.firma.cz; dmarc=pass header.from=acme.example\n"
    )
    feed(place, *(raw_mail(sender=PETR, to=JAN, subject=one, more=head) for one in "ab"))

    (found,) = trust_oddities(place.erp, [place.box])

    assert "in 2 of the last 1000 mails because of mx.hosting.example" in found.detail
    assert "trustedHost=mx.hosting.example" in found.remedy


@pytest.mark.parametrize(
    ("settings", "warnings"),
    [
        ({}, 1),
        ({"mail_system": ("none",)}, 0),
        ({"mail_system": ("google",), "sender_proof": "unproven"}, 0),
        ({"authserv_id": ("mx.firma.cz",)}, 0),
        ({"sender_proof": "unproven"}, 2),
        ({"mail_system": ("none",), "sender_proof": "unproven"}, 1),
        ({"enabled": False}, 0),
    ],
)
def test_check_asks_for_the_mail_system(settings: dict[str, object], warnings: int) -> None:
    """S-1, O-6: until it is set, or somebody says that there is none."""
    assert len(list(unset_trust([a_box(**settings)]))) == warnings
