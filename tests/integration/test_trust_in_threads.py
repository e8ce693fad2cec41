"""What a thread may pass on, and what people see of it: the whole pipeline, in SQLite."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from services.writer.late_threads import LateThreads
from services.writer.undo import undo_mail
from shared import metrics
from shared.contracts.references import RecordRef
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import event_table, journal_table
from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.writing import CAME, a_classified, a_writer, an_activity

JAN, PETR, BOB = "jan.novak@firma.cz", "petr@acme.example", "bob@beta.example"
EVIL = "x@evil.example"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation of the test company."""
    return an_installation(tmp_path)


def _drop(
    to_box: Installation, name: str, people: tuple[str, str], subject: str, more: str = ""
) -> None:
    """Drop a mail from the first of `people` to the second."""
    sender, to = people
    raw = raw_mail("Hi\n", sender=sender, to=to, subject=subject, more=more)
    to_box.drop(f"{name}.eml", raw)


def _contracts(installation: Installation) -> dict[str, str | None]:
    return {one["subject"]: one["contract"] for one in installation.list("activities")}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("poison", ["b", "0"])
def test_a_stranger_with_a_known_message_id_assigns_nobodys_answer(
    installation: Installation, poison: str, *, together: bool
) -> None:
    """S-6: before or after the real mail, in one group with the answer or before it."""
    known = "Message-ID: <m1@beta>\n"
    _drop(installation, "a", (BOB, JAN), "Question", known)
    _drop(installation, poison, (EVIL, JAN), "Poison Contract:123", known)
    if not together:
        installation.run()
    _drop(installation, "c", (JAN, BOB), "Re: Question", "In-Reply-To: <m1@beta>\n")

    installation.run()

    assert _contracts(installation) == {
        "Question": None,
        "Poison Contract:123": "123",
        "Re: Question": None,
    }


@pytest.mark.parametrize("together", [True, False])
def test_a_participants_mail_passes_its_contract_on(
    installation: Installation, *, together: bool
) -> None:
    """S-6, A-6: near miss - the stranger's copy comes first, and the participant's counts."""
    known = "Message-ID: <m1@acme>\n"
    _drop(installation, "a", (EVIL, JAN), "Poison Contract:2025-7", known)
    _drop(installation, "b", (PETR, JAN), "Question Contract:123", known)
    if not together:
        installation.run()
    _drop(installation, "c", (JAN, PETR), "Re: Question", "In-Reply-To: <m1@acme>\n")

    installation.run()

    assert _contracts(installation)["Re: Question"] == "123"


@pytest.mark.parametrize("together", [True, False])
def test_the_journal_remembers_whose_words_a_token_was(
    installation: Installation, *, together: bool
) -> None:
    """S-4: what a user began a thread with counts in his later answers; in one batch, too."""
    token = "Contract:123 Documentation p9"
    asked = "Message-ID: <u1@firma>\n"
    _drop(installation, "a", (JAN, PETR), token, asked)
    if not together:
        installation.run()
    answer = "Message-ID: <o2@acme>\nIn-Reply-To: <u1@firma>\nReferences: <u1@firma>\n"
    _drop(installation, "b", (PETR, JAN), f"Re: {token}", answer)
    if not together:
        installation.run()
    again = "In-Reply-To: <o2@acme>\nReferences: <u1@firma> <o2@acme>\n"
    _drop(installation, "c", (JAN, PETR), f"Re: Re: {token}", again)
    installation.run()

    made = {one["subject"]: one["type"] for one in installation.list("activities")}
    assert made == {
        token: "Documentation",
        f"Re: {token}": "E-mail",
        f"Re: Re: {token}": made[token],
    }
    with installation.erp.engine.connect() as connection:
        told = connection.scalars(select(journal_table.c.tokens)).all()
    assert sorted(len(json.loads(one)[0]["own"]) for one in told) == [0, 3, 3]


def test_what_an_earlier_version_recorded_of_a_user_counts_as_his_own(
    installation: Installation,
) -> None:
    """S-4: it did not note whose words a token was."""
    _drop(installation, "a", (JAN, PETR), "Contract:123 Documentation", "Message-ID: <u1@firma>\n")
    installation.run()
    with installation.erp.engine.begin() as connection:
        tokens = json.loads(connection.scalar(select(journal_table.c.tokens)) or "")
        old = [{name: one[name] for name in one if name != "own"} for one in tokens]
        connection.execute(journal_table.update().values(tokens=json.dumps(old)))
    more = "In-Reply-To: <u1@firma>\n"
    _drop(installation, "b", (JAN, PETR), "Re: Contract:123 Documentation", more)
    installation.run()

    assert {one["type"] for one in installation.list("activities")} == {"Documentation"}


def test_a_flag_is_seen_everywhere(installation: Installation) -> None:
    """S-5: in the ERP's record, in the journal and its list, and in a counter."""
    before = _flagged()
    _drop(installation, "a", (BOB, JAN), "Contract:123")
    installation.run()

    (activity,) = installation.list("activities")
    (journal,) = installation.list("journal")
    assert (activity["contract"], activity["flags"]) == ("123", ["foreign"])
    assert journal["flags"] == ["foreign"]
    assert _flagged() == before + 1


def _flagged() -> float:
    name = 'crmservice_flagged_total{flag="foreign"} '
    lines = metrics.exposition({}).decode().splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@pytest.mark.parametrize("named", ["Question", "Re: x"])
def test_a_mail_that_comes_after_its_answer_joins_it(
    installation: Installation, named: str
) -> None:
    """A-6: whichever of the two names the contract."""
    first, answer = (f"{one} Contract:123" * (one == named) or one for one in ("Question", "Re: x"))
    _drop(installation, "a", (JAN, PETR), answer, "In-Reply-To: <m1@acme>\n")
    installation.run()
    _drop(installation, "b", (PETR, JAN), first, "Message-ID: <m1@acme>\n")
    installation.run()

    assert set(_contracts(installation).values()) == {"123"}


def test_what_a_late_mail_has_assigned_can_be_taken_back_and_is_told(
    installation: Installation,
) -> None:
    """A-6, O-2: in both timelines; a copy of it assigns nothing anew."""
    _drop(installation, "a", (JAN, PETR), "Re: Question", "In-Reply-To: <m1@acme>\n")
    installation.run()
    late = "Message-ID: <m1@acme>\n"
    _drop(installation, "b", (PETR, JAN), "Question Contract:123", late)
    installation.run()
    answer, first = (one.mail_id for one in installation.recorded)
    with write_transaction(installation.erp.engine) as connection:
        undone = undo_mail(connection, installation.erp.tables, first, "eva", CAME)
    _drop(installation, "c", (PETR, JAN), "Question Contract:123", late)
    installation.run()

    assert [one.done for one in undone] == [True]
    assert _contracts(installation)["Re: Question"] is None
    with installation.erp.engine.connect() as connection:
        told = connection.execute(select(event_table.c.cause_id, event_table.c.stage)).all()
    assert {(one, stage) for one in (answer, first) for stage in ("linked", "undone")} <= set(
        map(tuple, told)
    )


def test_a_writer_that_ended_before_it_joined_does_so_with_the_next_delivery(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-6, R-e: mails that are recorded already are looked at, too."""
    contract = RecordRef(id=1, number="123")
    answer = a_classified(
        "a",
        an_activity("a", answers_to=("<b@acme.example>",)),
        refers_to=("<b@acme.example>",),
        recipients=(JAN,),
    )
    first = a_classified("b", an_activity("b", contract=contract), recipients=(JAN,))
    erp = installation.erp
    stage = a_writer(erp.engine, erp.tables, installation.folder, lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(LateThreads, "join", lambda *_: pytest.fail("killed"))
        for one in (answer, first):
            with pytest.raises(pytest.fail.Exception):
                stage.handle([one])

    stage.handle([first])

    assert set(_contracts(installation).values()) == {"123"}
