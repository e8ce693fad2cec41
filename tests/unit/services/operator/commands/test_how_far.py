"""Commands that go through many mails, ended in the middle."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.answers.explain import Unreadable
from services.operator.commands import explain_files
from services.operator.commands.how_far import Counted, of_all, told_how_far
from shared.language.language import language


def _go_through(counted: Counted[str]) -> None:
    with told_how_far(lambda: of_all(counted.done, 3)):
        for letter in counted:
            if letter == "c":
                raise KeyboardInterrupt


def test_who_ends_a_command_is_told_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    """O-6: what was done with is counted, and not what was in hand."""
    counted = Counted("abc")

    with pytest.raises(KeyboardInterrupt):
        _go_through(counted)

    assert capsys.readouterr().err == "2 of 3\n"


def test_a_command_that_comes_to_its_end_tells_nothing_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """O-6: its result says it."""
    with told_how_far(lambda: of_all(0, 3)):
        pass

    assert capsys.readouterr().err == ""


def test_a_reader_that_has_enough_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """O-6: `explain … | head` ends without a word."""
    with pytest.raises(BrokenPipeError), told_how_far(lambda: of_all(1, 3)):
        raise BrokenPipeError

    assert capsys.readouterr().err == ""


def test_explain_tells_how_many_files_it_has_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """O-6: Ctrl-C in the middle of a folder."""

    def interrupted(*_: object) -> Iterator[Unreadable]:
        yield Unreadable("a.eml", "cannot be read")
        raise KeyboardInterrupt

    monkeypatch.setattr(explain_files, "files_of", lambda _: [Path("a.eml"), Path("b.eml")])
    monkeypatch.setattr(explain_files, "explain", interrupted)
    monkeypatch.setattr(explain_files, "context_of", lambda *_: None)
    monkeypatch.setattr(explain_files, "look_up_in", lambda _: None)
    nothing: Any = None

    with pytest.raises(KeyboardInterrupt):
        explain_files.explain_files(["a"], nothing, nothing, language("en"), as_json=True)

    told = capsys.readouterr()
    assert "a.eml" in told.out
    assert told.err == "1 of 2\n"
