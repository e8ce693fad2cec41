"""The words of verdicts are spelled in one place, and are plain text wherever they go."""

import json
from collections.abc import Iterator
from pathlib import Path

from shared.contracts.verdict import KINDS, Word, joined, kind_of, task_updated, words_of
from tests.modules import PRODUCT, strings, tree

_HOME = Path("shared/contracts/verdict.py")


def _spelled(path: Path) -> Iterator[str]:
    """Texts of a module that are words of the log, docstrings apart."""
    for text in strings(tree(path)):
        told = text.strip()
        if told in {*Word, "TASK"}:
            yield f"{path}: {told}"


def test_no_module_spells_a_word_of_the_log_by_itself() -> None:
    """R-d: rules, writer, log and metrics take them from one enumeration."""
    assert [found for path in PRODUCT if path != _HOME for found in _spelled(path)] == []


def test_a_word_is_plain_text_in_logs_and_messages() -> None:
    """R-d: neither a console nor JSON shows that it is a member of an enumeration."""
    words = (Word.TASK_APPLICATION, task_updated(4711), Word.DELETED)

    assert str(words) == "('Task application', 'TASK 4711 UPDATED', 'DELETED')"
    assert json.dumps(words) == '["Task application", "TASK 4711 UPDATED", "DELETED"]'


def test_a_verdict_comes_back_from_its_text_and_counts_as_its_kind() -> None:
    """R-d: the journal keeps one text; metrics have no label for each task."""
    words = (Word.TASK_APPLICATION, task_updated(4711), Word.DELETED)

    assert joined(words) == "Task application, TASK 4711 UPDATED, DELETED"
    assert words_of(joined(words)) == words
    assert kind_of(words) == "Task application, TASK N UPDATED, DELETED"


def test_every_word_is_in_a_known_kind_of_verdict() -> None:
    """O-3: metrics begin with all of them; a word that is forgotten there hides its first mail."""
    known = {word for kind in KINDS for word in words_of(kind)}

    # Only `import-log` gives this one, and it counts nothing.
    assert known == {*Word, kind_of([task_updated(1)])} - {Word.IMPORTED}
    assert len(set(KINDS)) == len(KINDS)
