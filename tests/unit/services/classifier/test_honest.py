"""Honest mail, by the systems that companies use, is done as the manual says; flagged at most."""

import re
from pathlib import Path

import pytest

from services.classifier.chain import SoFar
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from tests.builders import activities, decide, invitations, some_facts, tasks
from tests.honest.situation import Situation
from tests.honest.situations import SITUATIONS


def _decide(situation: Situation) -> tuple[Mail, SoFar]:
    mail = situation.read()
    return mail, decide(mail, some_facts(situation.box, **situation.earlier))


def _outcome(mail: Mail, decided: SoFar) -> str:
    """What was decided, as a row says it."""
    said = [_made(decided) if activities(decided) else ", ".join(decided.words).lower()]
    said += ["task"] if tasks(decided) else []
    said += ["invitation"] if invitations(decided) else []
    for command in decided.commands:
        if isinstance(command, MarkForbidden | CountSoftBounce):
            holds = command.report and not command.report.believed
            said.append(f"{'holds' if holds else 'marks'} {command.address}")
    return "; ".join((*said, mail.proof.state, *decided.flags))


def _made(decided: SoFar) -> str:
    made = activities(decided)
    one = made[0]
    users = ", ".join(sorted(each.responsible.email.partition(".")[0] for each in made))
    contract = f" {one.contract.number}" if one.contract else ""
    return f"{one.direction} {users}{contract}{'' if one.completed else ' pending'}"


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_honest_mail_is_done_as_the_manual_says(situation: Situation) -> None:
    """S-1, S-3, S-5, S-7: nothing of it is lost, and a flag is the most that it may get."""
    assert _outcome(*_decide(situation)) == situation.outcome


COSTS = {
    "`mailSystem`, `authservId`": "POP3: a customer's mail, copied once",
    "`senderProof`": "an opt-out that a forwarder has broken",
    "`senderProof=unproven`": "senderProof=unproven: an opt-out without DKIM",
    "`emlTrusted`": "emlTrusted=false: a file proves nothing",
    "`bounceProof`": "a campaign's bounce from the relay, no copy was made",
    "`bounceProof=off`": "bounceProof=off: no copy was made",
}
"""The honest situation that each default of docs/trust.md costs something."""

_ROW = re.compile(r"^\| (`[^|]+`) \|[^|]*\|[^|]*\| `(S-\d+)(?:…| …|: …)* ?([^`]*)`", re.MULTILINE)
_TABLE = Path("docs/trust.md").read_text("utf-8").partition("## What the defaults cost")[2]


def test_what_a_default_costs_is_in_the_trace() -> None:
    """S-1, S-7: each row of the page has its situation, and the trace says what the page says."""
    rows = {key: (identifier, words) for key, identifier, words in _ROW.findall(_TABLE)}
    named = {one.name: one for one in SITUATIONS}

    assert rows.keys() == COSTS.keys()
    assert all(words for _, words in rows.values())
    for key, (identifier, words) in rows.items():
        _, decided = _decide(named[COSTS[key]])
        told = [f"{line.id} {line.reason}" for line in decided.trace]
        assert [one for one in told if identifier in one and words.strip(" :") in one], (key, told)
