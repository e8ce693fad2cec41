"""What a thread may pass on, and what people see of it: the whole pipeline, in SQLite."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from shared import metrics
from shared.netgenium.own.tables import journal_table
from tests.builders import raw_mail
from tests.installation import Installation, an_installation

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
