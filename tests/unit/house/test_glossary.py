"""The glossary names classes that there are, and is in an order in which words are found."""

import ast
import re
from pathlib import Path

from tests.modules import PRODUCT, tree

PAGE = Path("docs/glossary.md").read_text("utf-8")
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \|([^|]*)\|$", re.MULTILINE)
HEAD = "| word | meaning | classes |"


def _classes() -> set[str]:
    """Public classes of the services and of what they share."""
    classes = (one for path in PRODUCT for one in tree(path).body if isinstance(one, ast.ClassDef))
    return {one.name for one in classes if not one.name.startswith("_")}


def test_every_class_of_the_glossary_exists() -> None:
    """House: who renames a class renames it here, too."""
    named = {name for _, _, cell in ROW.findall(PAGE) for name in re.findall(r"`(\w+)`", cell)}

    assert len(named) > 20
    assert named - _classes() == set()


def test_every_word_stands_once_and_in_order() -> None:
    """House: within its group a word is where the alphabet says, and nowhere twice."""
    tables = [part.partition("\n## ")[0] for part in PAGE.split(f"{HEAD}\n")[1:]]
    groups = [[word.casefold() for word, *_ in ROW.findall(table)] for table in tables]

    assert all(groups)
    for group in groups:
        assert group == sorted(group)
    everything = [word for group in groups for word in group]
    assert len(set(everything)) == len(everything)
