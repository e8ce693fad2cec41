"""Every identifier means something: what is cited stands in docs/behaviours.md, and is proved."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests import behaviours
from tests.modules import PRODUCT, comments, modules_of, nodes, source, tree

PAGE = behaviours.PAGE.read_text("utf-8")
PROMISED = {entry.identifier for entry in behaviours.promised(PAGE)}
NOT_BUILT = {entry.identifier for entry in behaviours.not_built(PAGE)}
TESTS = modules_of("tests")
DOCS = [*sorted(Path("docs").rglob("*.md")), *sorted(Path().glob("*.md"))]


@cache
def _said(path: Path) -> str:
    """Docstrings and comments of a module, or a whole page."""
    return _prose(tree(path), source(path)) if path.suffix == ".py" else path.read_text("utf-8")


def _prose(module: ast.Module, text: str) -> str:
    # Also the strings below constants, which document them.
    documents = (
        str(node.value.value)
        for node in nodes(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
    return "\n".join((*documents, *comments(text)))


def _strangers(texts: Mapping[str, str]) -> list[str]:
    """Identifiers of no line of the page, with where they are cited."""
    return [
        f"{where}: {identifier}"
        for where, text in texts.items()
        for identifier in behaviours.cited(text)
        if identifier not in PROMISED | NOT_BUILT
    ]


def test_each_identifier_stands_once_under_its_own_anchor() -> None:
    """House: docs/behaviours.md lists nothing twice, and links to a behaviour never change."""
    entries = [*behaviours.promised(PAGE), *behaviours.not_built(PAGE)]

    assert len(entries) == PAGE.count("<a id=")
    assert len({entry.identifier for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.anchor == entry.identifier.lower()
        assert entry.identifier == "V" or [*behaviours.cited(entry.identifier)] == [
            entry.identifier
        ]
        assert entry.sentence.endswith((".", ".)"))


def test_each_line_stands_in_its_group() -> None:
    """House: a reader who looks for T-4 finds it below T."""
    for group in PAGE.partition("\n## Not built yet\n")[0].split("\n## ")[1:]:
        family = group.partition(":")[0]
        listed = re.findall(
            r"^- <a id=\"[^\"]*\"></a>\*\*([A-Z0-9]+?)(?:-\w+)?\*\*", group, re.MULTILINE
        )

        assert set(listed) == {family}


def test_every_identifier_that_is_cited_is_explained() -> None:
    """House: code, tests and pages cite nothing that docs/behaviours.md does not have."""
    assert _strangers({str(path): _said(path) for path in (*PRODUCT, *TESTS, *DOCS)}) == []


def test_an_unknown_identifier_is_noticed() -> None:
    """House: the check above sees docstrings, comments, ranges and both spellings."""
    module = '"""Text (T-99)."""\nX = 1  # F99\n"""X (S-98 to S-99)."""\n'
    texts = {"module": _prose(ast.parse(module), module), "page": "see H-98, V2-77"}

    assert sorted(_strangers(texts)) == [
        *("module: F-99", "module: S-98", "module: S-99", "module: T-99"),
        *("page: H-98", "page: V2-77"),
    ]


def test_a_comment_is_told_from_a_string() -> None:
    """House: the check above takes a hash for a comment where Python does."""
    texts = ("'# a'", '"\\"# b"', "f'{1}# c'", '"""\n"# d\n\\"""# e"""', "'\"'", '""', "''")
    module = "".join(f"X = {text}  # {number}\n" for number, text in enumerate(texts))

    assert comments(module) == [f"# {number}" for number in range(len(texts))]


def test_every_behaviour_is_proved() -> None:
    """House: each line of docs/behaviours.md has a test, and what is not built has none."""
    assert behaviours.faults(PAGE, behaviours.proved()) == []


def test_code_claims_nothing_that_is_not_built() -> None:
    """House: no docstring or comment of the services cites a reserved identifier."""
    claimed = [
        f"{path}: {identifier}"
        for path in PRODUCT
        for identifier in behaviours.cited(_said(path))
        if identifier in NOT_BUILT
    ]

    assert claimed == []


def test_a_key_of_something_not_built_does_not_act() -> None:
    """House: docs/configuration.md promises no effect that is only reserved."""
    rows = re.findall(
        r"^\| `\w+` \|.*\| ([^|]+) \| yes \|$",
        Path("docs/configuration.md").read_text("utf-8"),
        re.MULTILINE,
    )

    assert rows
    assert {one for row in rows for one in behaviours.cited(row)} & NOT_BUILT == set()


def test_an_invariant_is_not_written_like_a_behaviour() -> None:
    """House: INV-9 is an invariant, I-9 a behaviour; `I` with a bare number could be either."""
    short = re.compile(r"(?<![\w=-])I[0-9]{1,2}(?![\w-])")

    assert [str(path) for path in (*PRODUCT, *TESTS, *DOCS) if short.search(_said(path))] == []


def test_pages_write_identifiers_with_a_hyphen() -> None:
    """House: one spelling for readers; docstrings of tests may still say F-40 for F-40."""
    short = re.compile(r"(?<![\w=-])[FH][0-9]{1,2}(?![\w-])")

    assert [str(path) for path in DOCS if short.search(_said(path))] == []


def test_the_table_of_behaviours_is_true() -> None:
    """House: docs/behaviour-coverage.md is what `python -m tests.behaviours --write` writes."""
    written = behaviours.COVERAGE.read_text("utf-8")

    assert written == behaviours.table(behaviours.promised(PAGE), behaviours.proved())
