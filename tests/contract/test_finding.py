"""Mails are found alike on every database, whatever its language holds for the order of words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.answers import find as finding
from services.answers.find import find_mails
from services.answers.recorded import recorded
from services.answers.search import Search, words_typed
from tests.builders import BOB, PETR, raw_mail
from tests.databases import all_tables
from tests.installation import Installation, an_installation
from tests.servers.ports import DatabaseServer


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation with three mails."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    with server.database(prepare=all_tables) as url:
        place = an_installation(tmp_path, database_url=url)
        more = "Message-ID: <1@acme.example>\n"
        place.drop("a.eml", raw_mail(sender=PETR, subject="Chata cena", more=more))
        answer = "Message-ID: <2@beta.example>\nIn-Reply-To: <1@acme.example>\n"
        place.drop("b.eml", raw_mail(sender=BOB, subject="Cena dubna, ale jiná", more=answer))
        place.drop("c.eml", raw_mail(sender=BOB, subject="hlava [z"))
        place.run()
        yield place
        place.erp.engine.dispose()


def _found(place: Installation, *words: str, **more: str) -> set[str]:
    search = Search(words=words_typed(words), **more)  # type: ignore[arg-type]
    return {mail.subject for mail in find_mails(place.erp, search, 10)}


@pytest.mark.parametrize("latest", [1, 20_000])
def test_words_lie_together_by_their_letters(
    place: Installation, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    """O-8: a beginning leads to its words and no others; every way leads to the same mails."""
    monkeypatch.setattr(finding, "LATEST", latest)

    assert _found(place, "ce") == {"Chata cena", "Cena dubna, ale jiná"}
    assert _found(place, "ch") == {"Chata cena"}
    assert _found(place, "cena", sender=BOB) == {"Cena dubna, ale jiná"}
    assert _found(place, verdict="processed") == {"Chata cena", "Cena dubna, ale jiná", "hlava [z"}
    assert _found(place, "z", box="crm") == {"hlava [z"}
    assert _found(place, "xyzzy") == set()


def test_a_recorded_mail_is_read_with_its_thread(place: Installation) -> None:
    """O-9: what was recorded comes back as it was, with the mail that answers."""
    (mail,) = find_mails(place.erp, Search(words=("chata",)), 2)

    then = recorded(place.erp, place.data, mail.mail_id)

    assert then is not None
    assert [one.kind for one in then.made] == ["create_activity"]
    assert [(one.relation, one.mail.sender) for one in then.related] == [("answered_by", BOB)]
    assert {line.rule for line in then.trace} >= {"incoming", "nothing_made"}
