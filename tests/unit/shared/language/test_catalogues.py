"""Everything that people read is in the Czech catalogue, and the catalogue is compiled."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from services.answers.records import TABLES
from services.classifier.policy import POLICY
from services.operator.present.labels import FIELDS, RULES
from services.operator.present.verdicts import WORDS
from shared.contracts.verdict import Word
from shared.language.language import CATALOGUES, DOMAIN
from tests.installation import an_installation
from tests.modules import PRODUCT, nodes, tree

PO = CATALOGUES / "cs" / "LC_MESSAGES" / f"{DOMAIN}.po"
ONE = {"say", "said", "marked"}
MANY = {"say_many", "said_many"}
PLACE = re.compile(r"\{[a-z_]+\}")


def _czech() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="cs")


def _forms(text: Any) -> tuple[str, ...]:
    """One text, or all its forms of a count."""
    return text if isinstance(text, tuple) else (text,)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _texts(node: ast.Call) -> Iterator[str | tuple[str, str]]:
    texts = [
        one.value
        for one in node.args
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    if _called(node) in ONE and texts and node.args[0] is not None:
        if isinstance(node.args[0], ast.Constant):
            yield texts[0]
    elif _called(node) in MANY and len(texts) > 1:
        yield texts[0], texts[1]


@cache
def _in_the_code() -> set[str | tuple[str, str]]:
    calls = (node for path in PRODUCT for node in nodes(tree(path)) if isinstance(node, ast.Call))
    return {text for call in calls for text in _texts(call)}


def test_every_text_has_its_czech_one() -> None:
    """O-11: nothing that people read is missing in the catalogue, and nothing else is in it."""
    catalogue = {message.id for message in _czech() if message.id}

    assert catalogue - _in_the_code() == set()
    assert _in_the_code() - catalogue == set()
    assert len(catalogue) > 250


def test_every_czech_text_is_whole() -> None:
    """O-11: each has a translation in all its forms, none is a guess, and its places are equal."""
    for message in _czech():
        if not message.id:
            continue
        asked, said = _forms(message.id), _forms(message.string)

        assert not message.fuzzy, message.id
        assert len(said) == (3 if len(asked) == 2 else 1), message.id
        for text in said:
            assert text, message.id
            assert set(PLACE.findall(text)) == set(PLACE.findall(asked[-1])), message.id
            # What follows the last one is what to do, for `check`.
            assert text.count("; ") == asked[-1].count("; "), message.id


def test_the_compiled_catalogue_is_the_written_one() -> None:
    """O-11: `make words` has run after the last change of the catalogue."""
    compiled = gettext.translation(DOMAIN, CATALOGUES, ["cs"])

    for message in _czech():
        asked, told = _forms(message.id), _forms(message.string)
        if len(asked) == 2:
            assert tuple(compiled.ngettext(asked[0], asked[1], n) for n in (1, 2, 5)) == told
        elif asked[0]:
            assert compiled.gettext(asked[0]) == told[0]


def test_every_rule_and_word_has_a_name() -> None:
    """O-11: no name of a rule and no word of the log is shown without its meaning."""
    assert {row.name for row in POLICY} - RULES.keys() == set()
    assert set(WORDS) == set(Word)


def test_every_field_of_a_list_has_a_label(tmp_path: Path) -> None:
    """O-11: the fields of every list are named in the catalogue."""
    lists = ("records", "marks", "unknown")
    source = "".join(Path(f"services/answers/{one}.py").read_text("utf-8") for one in lists)
    shown = set(re.findall(r'^ {8,20}"([a-z_]+)": ', source, re.MULTILINE))

    assert {"mail_id", "responsible", "undone_by"} <= shown
    assert shown - FIELDS.keys() == set()
    installation = an_installation(tmp_path)
    assert not any(installation.list(table) for table in TABLES if table != "tasks")
