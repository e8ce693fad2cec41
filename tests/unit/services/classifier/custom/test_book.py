"""The rule file on the disk: read, and read again when it changes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.classifier.custom.book import STILL_SECONDS, RuleBook
from shared.errors import ConfigurationError
from shared.settings.box import Box
from shared.settings.value_types import ServerAddress
from tests.builders import BOX, a_box
from tests.rule_files import a_rule

GOOD, OTHER = a_rule("one"), a_rule("two") + a_rule("off", more="active = false")
SERVER = ServerAddress(host="mail.firma.cz", port=None)
MOVE = '{ do = "mark_seen" }, { do = "move", folder = "Done" }'


TWO_FOLDERS = a_rule(more='folders = ["inbox", "Suport"]')
MAILS = '{ do = "forward", to = "a@b.cz" }, { do = "answer" }'


class _Clock:
    """Seconds that a test passes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _names(book: RuleBook) -> list[str]:
    return [rule.name for rule in book.rules().rules]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A rule file that is valid."""
    file = tmp_path / "rules.toml"
    file.write_text(GOOD, "utf-8")
    return file


def _book(file: Path, refused: Callable[[bool], None] = lambda _: None) -> tuple[RuleBook, _Clock]:
    clock = _Clock()
    return RuleBook(file, a_box(), refused, clock), clock


def _names_later(book: RuleBook, clock: _Clock) -> list[str]:
    """The rules that count now, and once the file has stood still."""
    now = _names(book)
    clock.now += STILL_SECONDS
    return now + _names(book)


def _changes(file: Path, text: str) -> None:
    """Write the file as an editor does: a new one in its place."""
    new = file.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(file)


def test_a_changed_file_counts_without_a_restart(file: Path) -> None:
    """C-3: once it stands still; rules that are switched off are left out."""
    book, clock = _book(file)
    before = book.rules()

    _changes(file, OTHER)
    at_once = _names(book)
    clock.now += STILL_SECONDS

    assert [rule.name for rule in before.rules] == at_once == ["one"]
    assert _names(book) == ["two"]
    assert book.rules() is book.rules()


def test_a_file_that_is_being_written_counts_when_it_is_whole(file: Path) -> None:
    """C-3: what an editor has written so far may be valid, and lack the last rules."""
    book, clock = _book(file)

    seen = []
    for text in ("", OTHER[: len(OTHER) // 2], OTHER):
        file.write_text(text, "utf-8")
        seen.append(_names(book))
        clock.now += STILL_SECONDS / 2
        seen.append(_names(book))
    clock.now += STILL_SECONDS / 2

    assert seen == [["one"]] * 6
    assert _names(book) == ["two"]


@pytest.mark.parametrize(
    "breaks",
    [lambda file: _changes(file, GOOD[:-15]), lambda file: file.unlink()],
    ids=["torn", "gone"],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_is_told(
    file: Path, breaks: Callable[[Path], None]
) -> None:
    """C-3: the rules before stay, the log says why once, and the alarm is raised and lowered."""
    told: list[bool] = []
    book, clock = _book(file, told.append)

    breaks(file)
    with capture_logs() as logs:
        names = _names_later(book, clock) + _names_later(book, clock)
    _changes(file, OTHER)
    names += _names_later(book, clock)

    assert names == ["one"] * 5 + ["two"]
    assert [one["event"] for one in logs] == ["rule file refused: the rules before stay"]
    assert told == [False, True, False]


def test_a_file_that_is_wrong_at_the_start_is_refused_with_all_problems(file: Path) -> None:
    """C-3: each with file and line."""
    file.write_text(a_rule(actions='{ do = "taks" }, { do = "mvoe" }'), "utf-8")

    with pytest.raises(ConfigurationError) as refused:
        RuleBook(file, a_box())

    assert [one.where for one in refused.value.problems] == [f"{file}:3", f"{file}:3"]


@pytest.mark.parametrize(
    ("box", "actions", "what"),
    [
        (a_box(), f'{{ do = "forward", to = "{BOX.upper()}" }}', "the box itself"),
        (a_box(imap_url=SERVER), '{ do = "move", folder = "inbox" }', "which is read itself"),
        (
            a_box(imap_url=SERVER, imap_folders=("INBOX", "Support")),
            '{ do = "move", folder = "Support" }',
            "which is read itself",
        ),
    ],
)
def test_what_would_go_round_and_round_is_refused(
    file: Path, box: Box, actions: str, what: str
) -> None:
    """C-2: mail to the box, and into a folder that it is read from."""
    file.write_text(a_rule(actions=actions), "utf-8")

    with pytest.raises(ConfigurationError, match=what):
        RuleBook(file, box)


@pytest.mark.parametrize(
    ("box", "rule", "told"),
    [
        (a_box(imap_url=SERVER), a_rule(actions=MOVE), []),
        (
            a_box(pop3_url=SERVER),
            a_rule(actions=MOVE),
            ["POP3 knows no mark_seen", "POP3 knows no move"],
        ),
        (
            a_box(eml_dir=Path("/eml")),
            a_rule(actions=MOVE),
            ["whatever mark_seen says", "whatever move says"],
        ),
        (a_box(), a_rule(actions=MAILS), ["forward waits in the outbox", "answer waits"]),
        (a_box(smtp_server=SERVER), a_rule(actions=MAILS), []),
        (
            a_box(imap_url=SERVER, imap_folders=("INBOX", "Support")),
            TWO_FOLDERS,
            ['the folder "Suport" - Did you mean "Support"?'],
        ),
        (a_box(pop3_url=SERVER), TWO_FOLDERS, ['the folder "inbox"', "Remove folders."]),
    ],
    ids=["imap", "pop3", "emlDir", "no smtp", "smtp", "folder", "no folders"],
)
def test_what_a_box_cannot_do_is_said_at_the_start(
    file: Path, box: Box, rule: str, told: list[str]
) -> None:
    """C-1, C-2: with the line; the rules run all the same."""
    file.write_text(rule, "utf-8")

    with capture_logs() as logs:
        RuleBook(file, box)

    assert len(logs) == len(told)
    assert all(what in log["where"] for what, log in zip(told, logs, strict=True))
    assert all(log["where"].startswith(f"{file}:") for log in logs)
    assert all(f"{file}:3" in log["where"] for log in logs if "folder" not in log["where"])
