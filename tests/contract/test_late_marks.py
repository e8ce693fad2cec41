"""A bounce that is recorded before the copy of the mail that it returns, on every database."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.answers.records import list_records
from services.writer import held_marks
from services.writer.late_marks import LateMarks
from services.writer.stage import WriterStage
from shared.contracts.messages import MailClassified, MailRecorded
from tests.builders import raw_mail
from tests.databases import a_company
from tests.installation import Installation, an_installation
from tests.integration.test_held_marks import RELAY, a_report
from tests.rule_book_mails import EVA, JAN, PETR
from tests.servers.ports import DatabaseServer

BOB, CC = "bob@beta.example", "cc@beta.example"
OFFER = "<offer@firma.cz>"


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation to which a relay has reported three addresses of an offer."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    with server.database(prepare=a_company) as url:
        place = an_installation(tmp_path, database_url=url)
        _come(place, a_report(BOB, PETR, sender=RELAY, original=OFFER))
        _come(place, a_report(CC, sender=RELAY, original=OFFER, status="5.2.2", minute=1))
        yield place
        place.erp.engine.dispose()


def _come(place: Installation, raw: bytes) -> None:
    place.drop(f"{len(place.recorded)}.eml", raw)
    place.run()


def _copy(sender: str = JAN, to: str = BOB, name: str = OFFER) -> bytes:
    more = f"Message-ID: {name}\n"
    return raw_mail(sender=sender, to=to, cc=CC, subject=f"Offer {name}", more=more)


def _now() -> datetime:
    return datetime.now(UTC)


def _state(place: Installation) -> tuple[set[str], set[str]]:
    """Addresses that are marked, and those that wait."""
    waiting = list_records(place.erp, "marks", held=True)
    return {row["address"] for row in place.list("marks")}, {row["address"] for row in waiting}


def test_the_copy_makes_the_marks_of_its_own_recipients(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-7, R-e: by that mail and no other, once, whoever of two writers ends before it is done."""
    _come(place, _copy(sender="x@evil.example", to=f"{EVA}, {BOB}"))
    _come(place, _copy(name="<other@firma.cz>"))
    assert _state(place) == (set(), {BOB, PETR, CC})

    batches: list[Sequence[MailClassified]] = []
    handle = WriterStage.handle

    def remembered(stage: WriterStage, batch: Sequence[MailClassified]) -> Sequence[MailRecorded]:
        batches.append(batch)
        return handle(stage, batch)

    with monkeypatch.context() as killed:
        killed.setattr(WriterStage, "handle", remembered)
        killed.setattr(LateMarks, "join", lambda *_: 0)
        _come(place, _copy())
    assert _state(place) == (set(), {BOB, PETR, CC})
    own = frozenset(place.box.own_domains)
    late = LateMarks(place.erp.engine, place.erp.tables, _now, own)

    assert [late.join(batches[-1]) for _ in range(2)] == [2, 0]
    # A soft bounce is counted: that is no mark yet.
    assert _state(place) == ({BOB}, {PETR})


def test_what_a_person_has_refused_stays_refused(place: Installation) -> None:
    """S-7: the copy comes after the decision."""
    waiting = held_marks.waiting(place.erp.engine, place.erp.tables, held_marks.Which())
    now = _now()
    done = held_marks.decide(
        place.erp.engine, place.erp.tables, waiting, "refused", by="Jana", now=now
    )
    _come(place, _copy())

    assert (done, _state(place)) == (3, (set(), set()))
