from pathlib import Path

import pytest
from rich.console import Console

from services.answers.explain import Explained, explain
from services.operator.present.answer import where_to_read
from services.operator.present.as_json import explained_as_json
from services.operator.present.as_text import explained_as_text
from shared.contracts.content import TraceLine
from shared.language.language import ENGLISH, Language, language
from tests.builders import BOB, JAN, a_box, raw_mail, some_facts

RESULT = "Authentication-Results: mx.firma.cz; dmarc=pass header.from=beta.example\n"


@pytest.fixture
def explained(tmp_path: Path) -> Explained:
    """A proven mail with the contract of another company."""
    file = tmp_path / "a.eml"
    file.write_bytes(raw_mail(sender=BOB, to=JAN, subject="Contract:123", more=RESULT))
    facts = some_facts(a_box(authserv_id=("mx.firma.cz",)))
    (found,) = explain([file], facts.context, lambda mails: [facts for _ in mails])
    assert isinstance(found, Explained)
    return found


@pytest.mark.parametrize(
    ("spoken", "proof", "flags"),
    [
        (ENGLISH, "Sender     proven: dmarc=pass for beta.example", "Flags      foreign"),
        (language("cs"), "Odesílatel  ověřen: dmarc=pass pro beta.example", "Příznaky    cizí"),
    ],
)
def test_explain_begins_with_the_senders_proof(
    explained: Explained, spoken: Language, proof: str, flags: str
) -> None:
    """S-1, O-1: everything else depends on it; what was flagged is said beside the verdict."""
    console = Console(width=200)
    with console.capture() as captured:
        console.print(explained_as_text(explained, spoken))

    lines = [" ".join(line.split()) for line in captured.get().splitlines()]

    assert lines[0] == " ".join(proof.split())
    assert " ".join(flags.split()) in lines


def test_programs_are_told_the_proof_and_the_flags(explained: Explained) -> None:
    """S-1, S-5, O-1: in the JSON of the mail and of each activity."""
    told = explained_as_json(explained)

    assert told["proof"] == {"state": "proven", "reason": "dmarc=pass for beta.example"}
    assert told["flags"] == ["foreign"]
    assert [one["flags"] for one in told["commands"]] == [["foreign"]]


@pytest.mark.parametrize(
    ("rules", "english", "czech"),
    [
        (("R-7", "R-17"), "manual, chapter 15.3; docs/rules.md: R-7", "manuál, kapitola 15.3; "),
        (("R-10", "R-15"), "manual, chapter 15.6, 15.10; docs/rules.md: R-10, R-15", "manuál"),
        (("E-1",), "docs/rules.md: E-1", "docs/rules.md: E-1"),
        ((), "", ""),
    ],
)
def test_a_verdict_names_where_to_read_more(
    rules: tuple[str, ...], english: str, czech: str
) -> None:
    """O-1: the manual's chapters, where it has one, and the page with the rules."""
    names = {"R-17": "nothing_made", "E-1": "conversation"}
    trace = [
        TraceLine(id=one, rule=names.get(one, "new_task"), hit=True, reason="because")
        for one in rules
    ]

    assert where_to_read(trace, ENGLISH) == english
    assert where_to_read(trace, language("cs")).startswith(czech)
