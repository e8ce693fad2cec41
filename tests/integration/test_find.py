"""Where is my mail, and why did it land there: asked of the journal of a small installation."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, update

from services.answers import find as finding
from services.answers.arrivals import whereabouts
from services.answers.find import counted, find_mails
from services.answers.made import Made, made_of
from services.answers.recorded import Recorded, recorded
from services.answers.search import Search, address_typed, words_typed
from services.answers.today import today
from services.fetcher.seen import SEEN, Seen
from shared.errors import WrongUseError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import box_table
from shared.settings.environment import Environment
from tests.builders import BOB, JAN, PETR, STRANGER, raw_mail
from tests.installation import Installation, an_installation

FIRST = datetime(2026, 11, 2, 8, tzinfo=UTC)


def _drop(place: Installation, name: str, raw: bytes, hours: int = 0) -> None:
    """Put a mail into the box that came so many hours after the first."""
    place.drop(name, raw)
    at = (FIRST + timedelta(hours=hours)).timestamp()
    os.utime(place.eml / name, (at, at))


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Five mails, an hour apart."""
    place = an_installation(tmp_path)
    offer = raw_mail("Contract:123\n", sender="Petr@acme.example", subject="Nabídka čerpadla")
    _drop(place, "a.eml", offer, 0)
    _drop(place, "b.eml", raw_mail(sender=BOB, subject="Nabídky a chata"), 1)
    _drop(place, "c.eml", raw_mail(sender=STRANGER, to="x@gama.example", subject="Za nic"), 2)
    _drop(place, "d.eml", raw_mail(sender=JAN, to=JAN, subject="Výhra"), 3)
    more = "Message-ID: <e@acme.example>\n"
    task = raw_mail(sender=JAN, subject="New task: těsnění", to="eva.mala@firma.cz", more=more)
    _drop(place, "e.eml", task, 4)
    place.run()
    return place


def _subjects(place: Installation, *words: str, most: int = 10, **more: object) -> list[str]:
    search = Search(words=words_typed(words), **more)  # type: ignore[arg-type]
    return [mail.subject for mail in find_mails(place.erp, search, most)]


def test_words_are_found_by_their_beginnings(place: Installation) -> None:
    """O-8: case, diacritics and order do not matter, all words must fit, the newest comes first."""
    assert _subjects(place, "NABIDK") == ["Nabídky a chata", "Nabídka čerpadla"]
    assert _subjects(place, "čerpadla", "nabídka") == ["Nabídka čerpadla"]
    assert _subjects(place, "c", "chata") == ["Nabídky a chata"]
    assert _subjects(place, "nabidka", "chata") == []
    assert _subjects(place, "nabid", most=1) == ["Nabídky a chata"]


def test_addresses_and_numbers_are_words(place: Installation) -> None:
    """O-8: an address of sender or recipient, the number of a token, and that of a made task."""
    assert _subjects(place, "petr@acme.example") == ["Nabídka čerpadla"]
    assert _subjects(place, "x@gama.example") == ["Za nic"]
    assert _subjects(place, "123") == ["Nabídka čerpadla"]
    (task,) = [row for row in place.list("tasks") if row["mail_id"]]
    assert _subjects(place, task["number"]) == ["New task: těsnění"]


def test_filters_ask_for_one_thing(place: Installation) -> None:
    """O-8: sender, recipient, subject, Message-ID, mail id, verdict, box and time."""
    assert _subjects(place, sender=BOB) == ["Nabídky a chata"]
    assert _subjects(place, sender="*@acme.example") == ["Nabídka čerpadla"]
    assert _subjects(place, recipient="*@gama.example") == ["Za nic"]
    assert _subjects(place, recipient="x@gama.example") == ["Za nic"]
    assert _subjects(place, subject=("acme",)) == []
    assert _subjects(place, subject=("vyhra",)) == ["Výhra"]
    assert _subjects(place, message_id="<e@acme.example>") == ["New task: těsnění"]
    assert _subjects(place, verdict="spam") == ["Výhra"]
    assert _subjects(place, box="another") == []
    assert len(_subjects(place, box="crm")) == 5
    assert _subjects(place, since=FIRST + timedelta(hours=3)) == ["New task: těsnění", "Výhra"]
    mail = find_mails(place.erp, Search(verdict="spam"), 2)[0].mail_id
    assert _subjects(place, mail_id=mail) == ["Výhra"]


@pytest.mark.parametrize("latest", [0, 1, 2, 100])
def test_every_way_through_the_journal_finds_the_same(
    place: Installation, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    """O-8: whether the latest mails have enough, or the rarest word leads to the rest."""
    monkeypatch.setattr(finding, "LATEST", latest)

    test_words_are_found_by_their_beginnings(place)
    test_filters_ask_for_one_thing(place)


def test_what_cannot_be_looked_for_is_told() -> None:
    """O-8, O-6: a text without letter and digit, and an address that is none."""
    with pytest.raises(WrongUseError, match="no letter and no digit"):
        words_typed(["a", "***"])
    with pytest.raises(WrongUseError, match="is no address"):
        address_typed("acme.example")
    assert address_typed(" Jana@ŽLUŤ.cz ") == "jana@xn--lu-yta1h.cz"


def _recorded(place: Installation, *words: str) -> Recorded:
    (mail,) = find_mails(place.erp, Search(words=words_typed(words)), 2)
    then = recorded(place.erp, place.data, mail.mail_id)
    assert then is not None
    return then


def test_a_mail_says_what_it_made(place: Installation) -> None:
    """O-9: the record's number and for whom, by what was recorded; the steps in order."""
    then = _recorded(place, "cerpadla")
    (activity,) = [row for row in place.list("activities") if row["contract"] == "123"]

    (made,) = then.made
    who = f"Jan Novák <{JAN}>"
    assert made == Made("create_activity", "activity", str(activity["id"]), who)
    steps = [(step.what, step.words) for step in then.timeline]
    assert steps == [("arrived", ""), ("backed_up", ""), ("recorded", "PROCESSED")]
    assert then.timeline[0].at == FIRST
    assert [line.reason for line in then.trace if line.rule == "incoming"] == [
        f"incoming, for {JAN}"
    ]


def test_marks_and_tasks_are_told(tmp_path: Path) -> None:
    """O-9: a mark with its address, and a task with its number, whether or not it was there."""
    place = an_installation(tmp_path)
    _drop(place, "a.eml", raw_mail(sender=PETR, subject="Do not send any more e-mails!"))
    _drop(place, "b.eml", raw_mail(sender=JAN, subject="New task: x", to="eva.mala@firma.cz"))
    place.run()
    mails = find_mails(place.erp, Search(box="crm"), 9)
    made = made_of(place.erp, [mail.mail_id for mail in mails])
    all_made = [one for mail in mails for one in made[mail.mail_id]]

    marks = [(one.kind, one.address, one.mark) for one in all_made if one.mark]
    tasks = [one.number for one in all_made if one.kind == "create_task"]
    assert marks == [("mark_forbidden", PETR, "do_not_send")]
    assert tasks == [row["number"] for row in place.list("tasks") if row["mail_id"]]


def test_the_past_is_shown_and_not_guessed(place: Installation) -> None:
    """O-9: after the address book has changed, the reasons are those of then."""
    then = _recorded(place, "cerpadla")
    emails = place.erp.tables.many("contact", "emails")
    table = emails.table if hasattr(emails, "table") else emails.columns[0].table
    column = emails.table.c.value if hasattr(emails, "table") else emails.columns[0]
    assert not today(then, [place.box], place.erp, place.data).differs
    with write_transaction(place.erp.engine) as connection:
        changed = {column.key: "someone@else.example"}
        connection.execute(update(table).where(column == "Petr@acme.example").values(changed))

    again = _recorded(place, "cerpadla")
    now = today(again, [place.box], place.erp, place.data)

    assert again.trace == then.trace
    assert now.differs
    assert any(line.rule == "link" for line in now.compared.because)


def test_nothing_differs_while_nothing_has_changed(place: Installation) -> None:
    """O-9: a mail is not held against what it has made itself."""
    for mail in find_mails(place.erp, Search(box="crm"), 9):
        then = recorded(place.erp, place.data, mail.mail_id)
        assert then is not None
        now = today(then, [place.box], place.erp, place.data)
        assert (now.error, now.differs) == ("", False), mail.subject


def test_what_cannot_be_decided_again_is_told(place: Installation) -> None:
    """O-9: without the box's configuration, or its backup, the past is shown."""
    then = _recorded(place, "cerpadla")
    assert "no configuration names the box crm" in today(then, [], place.erp, place.data).error
    (place.data / then.mail.backup).unlink()

    assert today(then, [place.box], place.erp, place.data).error
    assert [step.what for step in _recorded(place, "cerpadla").timeline] == ["arrived", "recorded"]


def test_related_mails_are_named(tmp_path: Path) -> None:
    """O-9: the thread in both directions, copies, and what came back."""
    place = an_installation(tmp_path)
    first = raw_mail(sender=JAN, to=PETR, subject="Offer", more="Message-ID: <1@firma.cz>\n")
    _drop(place, "1.eml", first, 0)
    reply = "Message-ID: <2@acme.example>\nIn-Reply-To: <1@firma.cz>\n"
    _drop(place, "2.eml", raw_mail(sender=PETR, subject="Re: Offer", more=reply), 1)
    _drop(place, "3.eml", b"Received: by mx\n" + first, 2)
    _drop(place, "4.eml", raw_mail(sender=BOB, subject="Other"), 3)
    place.run()
    oldest = find_mails(place.erp, Search(box="crm"), 9)[-1]

    then = recorded(place.erp, place.data, oldest.mail_id)

    assert then is not None
    related = sorted((one.relation, one.mail.subject) for one in then.related)
    assert related == [("answered_by", "Re: Offer"), ("same_message_id", "Offer")]
    answer = _recorded(place, "re").related
    assert {(one.relation, one.mail.subject) for one in answer} == {("answers", "Offer")}


def test_an_unknown_mail_is_not_recorded(place: Installation) -> None:
    """O-9: an id that the journal does not have gives nothing, and no error."""
    assert recorded(place.erp, place.data, UUID(int=7)) is None


def test_where_a_mail_may_be_that_never_came(place: Installation) -> None:
    """O-4, O-8: how many fit each word, when boxes were read, what waits; also of one's own box."""
    environment = Environment.from_environ({"CRMSERVICE_DATA": str(place.data)})
    _drop(place, "f.eml", raw_mail(subject="Waits"))
    (place.eml / "failed").mkdir()
    _drop(place, "failed/g.eml", raw_mail())

    found = whereabouts(place.erp, environment, [place.box])

    assert [(box.box, box.state, box.waiting) for box in found.boxes] == [("crm", "resting", 1)]
    assert (found.queued, found.resting, found.dead, found.failed) == (0, 0, 0, 1)
    assert found.unasked == []
    assert counted(place.erp, ("nabid", "xyzzy")) == {"nabid": 2, "xyzzy": 0}


def test_what_fetchers_have_told_counts_first(place: Installation) -> None:
    """O-4: a box that its fetcher has told of is known without its configuration, and once."""
    Seen(place.data / SEEN / "crm@firma.cz.db").close()
    environment = Environment.from_environ({"CRMSERVICE_DATA": str(place.data)})
    told = {"box": "crm", "source": "emlDir", "state": "resting", "why": "pause", "waiting": 3}
    with write_transaction(place.erp.engine) as connection:
        moments = {"last_read_at": FIRST, "told_at": FIRST}
        connection.execute(delete(box_table))
        connection.execute(insert(box_table).values(told | moments))

    (box,) = whereabouts(place.erp, environment, []).boxes

    assert (box.state, box.read_at, box.waiting, box.why) == ("resting", FIRST, 3, "pause")


def test_what_cannot_be_asked_hides_nothing(place: Installation) -> None:
    """O-4: with the broker unreachable the rest is told, and that the broker was not asked."""
    given = {"CRMSERVICE_DATA": str(place.data), "RABBITMQ_URL": "amqp://127.0.0.1:1"}
    environment = Environment.from_environ(given)

    found = whereabouts(place.erp, environment, [place.box])

    assert [box.box for box in found.boxes] == ["crm"]
    assert (found.queued, found.dead) == (None, 0)
    assert len(found.unasked) == 1
