"""What mails of a thread pass on that came in another order: who may, and to whom (A-6, S-6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.writer.decisions.late_thread import late_assignments
from shared.contracts.flags import FOREIGN, NOT_BELIEVED
from shared.netgenium.queries.threads import Answers, Threaded
from tests.writing import CAME, an_id

JAN, PETR, EVIL = "jan@firma.cz", "petr@acme.example", "x@evil.example"
CONTRACT = {"contract": 1}

FIRST = Threaded(
    mail_id=an_id("first"),
    key="first",
    sender=PETR,
    people=frozenset((PETR, JAN)),
    flags=frozenset(),
    received_at=CAME + timedelta(minutes=1),
    has_token=False,
    inherits=(),
    activities={1: {}},
)
"""Came a minute after its answer."""

ANSWER = replace(
    FIRST,
    mail_id=an_id("answer"),
    key="answer",
    sender=JAN,
    received_at=CAME,
    inherits=("first",),
    activities={2: {}},
)
NAMING = replace(FIRST, has_token=True, activities={1: CONTRACT})
ANSWER_NAMING = replace(ANSWER, has_token=True, inherits=(), activities={2: CONTRACT})


def _assigned(first: Threaded, answer: Threaded) -> dict[int, dict[str, int]]:
    pair = (first.mail_id, answer.mail_id)
    answers = Answers({one.mail_id: one for one in (first, answer)}, {pair})
    return {one.activity: dict(one.records) for one in late_assignments(answers)}


def test_an_answer_gets_what_the_mail_has_that_comes_after_it() -> None:
    """A-6: it would have inherited that, had it come later."""
    assert _assigned(NAMING, ANSWER) == {2: CONTRACT}


def test_a_mail_gets_what_its_answer_has_that_came_before() -> None:
    """A-6: both belong together."""
    assert _assigned(FIRST, ANSWER_NAMING) == {1: CONTRACT}


def test_a_later_answer_changes_no_mail() -> None:
    """A-6: near miss - in its right order only the answer inherits."""
    later = replace(ANSWER_NAMING, received_at=FIRST.received_at + timedelta(seconds=1))
    assert _assigned(FIRST, later) == {}


@pytest.mark.parametrize(
    ("first", "answer"),
    [
        (NAMING, replace(ANSWER, activities={2: {"task": 3}})),
        (NAMING, replace(ANSWER, has_token=True, inherits=())),
        (replace(FIRST, has_token=True), ANSWER_NAMING),
        (FIRST, ANSWER),
    ],
    ids=["assigned since", "an answer with a token", "a mail with a token", "nothing to pass on"],
)
def test_who_says_something_or_has_something_gets_nothing(
    first: Threaded, answer: Threaded
) -> None:
    """A-6: only blanks are filled in; a number that no record has is no blank."""
    assert _assigned(first, answer) == {}


@pytest.mark.parametrize(
    ("first", "answer"),
    [
        (replace(NAMING, flags=frozenset((FOREIGN,))), ANSWER),
        (replace(NAMING, flags=frozenset((NOT_BELIEVED,))), ANSWER),
        (replace(NAMING, sender=EVIL, people=frozenset((EVIL, JAN))), ANSWER),
        (FIRST, replace(ANSWER_NAMING, sender=EVIL, people=frozenset((EVIL, PETR)))),
    ],
    ids=["foreign", "not believed", "a stranger with its Message-ID", "a stranger's answer"],
)
def test_a_stranger_passes_nothing_on(first: Threaded, answer: Threaded) -> None:
    """S-6: people who wrote to each other do, with what nobody doubts."""
    assert _assigned(first, answer) == {}


def test_the_nearest_mail_that_has_something_counts() -> None:
    """A-6: of several that an answer names."""
    older = replace(NAMING, mail_id=an_id("older"), key="older", activities={3: {"contract": 7}})
    answer = replace(ANSWER, inherits=("first", "older"))
    mails = {one.mail_id: one for one in (older, NAMING, answer)}
    pairs = {(one.mail_id, answer.mail_id) for one in (older, NAMING)}

    (found,) = late_assignments(Answers(mails, pairs))

    assert (found.activity, found.like, found.records) == (2, NAMING.mail_id, CONTRACT)
