"""`rules try` that is interrupted."""

import json
from collections.abc import Iterator

import pytest

from services.answers.rule_trial import TriedMail
from services.answers.trial_run import TrialCount
from services.operator.commands import rules
from shared.language.language import language
from tests.builders import a_box


def _interrupted(count: TrialCount) -> Iterator[TriedMail]:
    count.total, count.passed_over = 100, 40
    yield from ()
    raise KeyboardInterrupt


def test_an_interruption_shows_what_was_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """C-3: Ctrl-C after an hour has not been for nothing, and says that it is not the whole."""
    with pytest.raises(KeyboardInterrupt):
        rules._tell_first(a_box(), _interrupted(count := TrialCount()), count, language("en"))
    text = capsys.readouterr().out
    with pytest.raises(KeyboardInterrupt):
        rules._tell_lines(a_box(), _interrupted(count := TrialCount()), count)
    (line,) = capsys.readouterr().out.splitlines()

    assert "ended early: 40 of 100 backups were looked at" in text
    assert (json.loads(line)["passed_over"], json.loads(line)["total"]) == (40, 100)
