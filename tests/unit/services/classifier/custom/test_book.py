"""The rule file on the disk: read, and read again when it changes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.classifier.custom.book import RuleBook
from shared.errors import ConfigurationError
from shared.settings.box import Box
from shared.settings.value_types import ServerAddress
from tests.builders import BOX, a_box
from tests.rule_files import a_rule

GOOD, OTHER = a_rule("one"), a_rule("two") + a_rule("off", more="active = false")
SERVER = ServerAddress(host="mail.firma.cz", port=None)
MOVE = '{ do = "mark_seen" }, { do = "move", folder = "Done" }'


def _names(book: RuleBook) -> list[str]:
    return [rule.name for rule in book.rules().rules]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A rule file that is valid."""
    file = tmp_path / "rules.toml"
    file.write_text(GOOD, "utf-8")
    return file


def _changes(file: Path, text: str) -> None:
    """Write the file as an editor does: a new one in its place."""
    new = file.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(file)


def test_a_changed_file_counts_without_a_restart(file: Path) -> None:
    """C-3: from the next mail on; rules that are switched off are left out."""
    book = RuleBook(file, a_box())
    before = book.rules()

    _changes(file, OTHER)

    assert [rule.name for rule in before.rules] == ["one"]
    assert _names(book) == ["two"]
    assert book.rules() is book.rules()


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
    book = RuleBook(file, a_box(), told.append)

    breaks(file)
    with capture_logs() as logs:
        names = [_names(book) for _ in range(3)]
    _changes(file, OTHER)

    assert names == [["one"]] * 3
    assert [one["event"] for one in logs] == ["rule file refused: the rules before stay"]
    assert _names(book) == ["two"]
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
    ("box", "told"),
    [
        (a_box(imap_url=SERVER), []),
        (a_box(pop3_url=SERVER), ["POP3 knows no mark_seen", "POP3 knows no move"]),
        (a_box(eml_dir=Path("/eml")), ["whatever mark_seen says", "whatever move says"]),
    ],
    ids=["imap", "pop3", "emlDir"],
)
def test_what_a_source_cannot_do_is_said_at_the_start(
    file: Path, box: Box, told: list[str]
) -> None:
    """C-2: with the line; the rules run all the same."""
    file.write_text(a_rule(actions=MOVE), "utf-8")

    with capture_logs() as logs:
        RuleBook(file, box)

    assert len(logs) == len(told)
    assert all(what in log["where"] for what, log in zip(told, logs, strict=True))
    assert all(f"{file}:3" in log["where"] for log in logs)
