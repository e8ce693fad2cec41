"""Honest mail, by the systems that companies use, is done as the manual says; flagged at most."""

import re
from pathlib import Path

import pytest

from services.classifier.chain import SoFar
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from tests.builders import activities, decide, invitations, some_facts, tasks
from tests.honest.situations import SITUATIONS, Situation


def _decide(situation: Situation) -> tuple[Mail, SoFar]:
    mail = situation.read()
    return mail, decide(mail, some_facts(situation.box, **situation.earlier))


def _outcome(mail: Mail, decided: SoFar) -> str:
    """What was decided, as a row says it."""
    said = [f"{_made(decided)}".strip()] if activities(decided) else ["duplicate"]
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
