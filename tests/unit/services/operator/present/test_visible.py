"""Nothing that an outsider has written makes a terminal do something."""

import io
import json

import pytest
from rich.text import Text

from services.operator import output
from services.operator.commands.options import tell
from services.operator.present.console import stderr_console, stdout_console
from services.operator.present.records import records_as_text
from services.operator.present.visible import visible, visible_json, visible_with_styles
from shared.contracts.said import verbatim

HOSTILE = [
    "\x1b[8mhidden",
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b2J",
    "a\rb",
    "a\bb",
    "\u202egnp.exe",
    "\x7f",
    "\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_command_becomes_a_mark(text: str) -> None:
    """H-7: in whatever form it is written, what is readable stays."""
    shown = visible(text)

    assert "\ufffd" in shown
    assert shown.replace("\ufffd", "").isprintable()


def test_text_stays_as_it_is() -> None:
    """H-7: letters of all countries, line ends and tabs."""
    text = "Žluťoučký kůň\t漢 конь 👩\u200d💻\n"
    assert visible(text) == visible_with_styles(text) == text


def test_our_own_styles_stay() -> None:
    """H-7: bold and colours, and nothing that only begins like them."""
    assert visible_with_styles("\x1b[1mbold\x1b[0m \x1b[2Jx") == "\x1b[1mbold\x1b[0m \ufffd[2Jx"


@pytest.mark.parametrize("text", HOSTILE)
def test_json_says_the_same(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """H-7, O-6: a program reads the very text; the terminal obeys nothing."""
    output.write_json({"source": text})

    line = capsys.readouterr().out
    assert json.loads(line) == {"source": text}
    assert visible(line) == line
    assert visible_json('"ž"') == '"ž"'


@pytest.mark.parametrize("text", HOSTILE)
def test_tables_and_messages_are_safe(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-7: sources and reasons of dead letters, names of files, wherever a person reads them."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    stdout_console().print(records_as_text([{"source": text}]))
    stderr_console().print(Text(text, style="bold"))
    tell(verbatim(text))

    captured = capsys.readouterr()
    for shown in (captured.out, captured.err):
        assert visible_with_styles(shown) == shown
        assert "\x1b[8m" not in shown
    assert "\x1b[2m" in captured.out, "our own styles are there"
    assert visible(text) in captured.err


def test_plain_output_is_safe() -> None:
    """H-7: what commands write line by line, as `undo` and `run` do."""
    raw = io.BytesIO()
    stream = output.Output(raw, encoding="utf-8")

    stream.write("mail \x1b[2J\x9b5n of \u202ex\n")
    stream.flush()

    assert raw.getvalue().decode() == "mail \ufffd[2J\ufffd5n of \ufffdx\n"
