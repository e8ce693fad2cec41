"""How far a long command is."""

from dataclasses import dataclass

import pytest

from services.operator.progress import ELSEWHERE, ON_A_TERMINAL, with_progress


@dataclass
class _Count:
    done: int = 0
    total: int = 100


@pytest.mark.parametrize(("terminal", "pause"), [(True, ON_A_TERMINAL), (False, ELSEWHERE)])
def test_progress_is_told_now_and_then_also_into_a_file(
    *,
    terminal: bool,
    pause: float,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C-3: a line each pause, more often where somebody watches, with what is left."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    count = _Count()
    clock = iter([0.0, pause - 1, pause, pause + 1, 2 * pause])

    for number in with_progress([10, 20, 30, 40], count, lambda: next(clock)):
        count.done = number

    left = round(pause / 10 * 90 / 60), round(2 * pause / 30 * 70 / 60)
    assert capsys.readouterr().err.splitlines() == [
        f"10 of 100 backups looked at; about {left[0]} min left",
        f"30 of 100 backups looked at; about {left[1]} min left",
    ]
