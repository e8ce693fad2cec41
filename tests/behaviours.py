"""Which behaviours are proved by which tests: `python -m tests.behaviours`.

`docs/behaviours.md` says what is promised; the docstrings of the tests say what is proved. Fails
when a promised identifier has no test, or when one that is not built yet has some. `--write` puts
the table into `docs/behaviour-coverage.md`, which a test compares.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.modules import modules_of, nodes, tree

PAGE = Path("docs/behaviours.md")
"""One sentence for each identifier."""

COVERAGE = Path("docs/behaviour-coverage.md")
"""The table for readers."""

_NOT_BUILT = "\n## Not built yet\n"
_ENTRY = re.compile(r'^- <a id="([^"]*)"></a>\*\*([^*]+)\*\* (.+)$', re.MULTILINE)
_LEAD = re.compile(r"^([^:]{1,80}):")
_RANGE = re.compile(r"\b(INV|NG|V2|[A-Z])-?([0-9]{1,2})(?: to |-)\1-?([0-9]{1,2})\b")
_WRITTEN = re.compile(
    r"(?<![\w-])(?:R-[a-f]|(?:INV|NG|V2|[A-EIKM-PRST])-[0-9]{1,2}[a-d]?|[FH]-?[0-9]{1,2})(?![\w-])"
)
_SHORT = re.compile(r"^([FH])([0-9])")


class Entry(NamedTuple):
    """One line of the page: its anchor, its identifier and its sentence."""

    anchor: str
    identifier: str
    sentence: str


def promised(page: str) -> list[Entry]:
    """What the service does today."""
    return [Entry(*found) for found in _ENTRY.findall(page.partition(_NOT_BUILT)[0])]


def not_built(page: str) -> list[Entry]:
    """What is only reserved."""
    return [Entry(*found) for found in _ENTRY.findall(page.partition(_NOT_BUILT)[2])]


def cited(text: str) -> Iterator[str]:
    """Identifiers in `text`, each in its one spelling: `T-1, H-11`, `D-1 to D-4`."""
    for family, first, last in _RANGE.findall(text):
        yield from (f"{family}-{number}" for number in range(int(first), int(last) + 1))
    for found in _WRITTEN.findall(_RANGE.sub("", text)):
        yield _SHORT.sub(r"\1-\2", found)


def proves(docstring: str) -> Iterator[str]:
    """What a test proves: the identifiers before the first colon; `V` only stands there."""
    if lead := _LEAD.match(docstring):
        yield from cited(lead[1])
        yield from re.findall(r"(?<![\w-])V(?![\w-])", lead[1])


@cache
def proved() -> Mapping[str, list[str]]:
    """Names of tests by the identifiers that their docstrings begin with."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in modules_of("tests"):
        if not path.name.startswith("test_"):
            continue
        for node in nodes(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for identifier in proves(ast.get_docstring(node) or ""):
                    tests[identifier].append(f"{path.as_posix()}::{node.name}")
    return tests


def table(entries: Sequence[Entry], tests: Mapping[str, list[str]]) -> str:
    """The table as Markdown: each identifier, its number of tests, and the first three."""
    head = (
        "# Which tests prove which behaviour\n\n"
        "Written by `python -m tests.behaviours --write` from the docstrings of the tests.\n\n"
        "| behaviour | tests | among them |\n|---|---|---|\n"
    )
    rows = (
        f"| [{entry.identifier}](behaviours.md#{entry.anchor}) "
        f"| {len(tests.get(entry.identifier, ()))} | "
        f"{', '.join(f'`{name}`' for name in tests.get(entry.identifier, ())[:3])} |\n"
        for entry in entries
    )
    return head + "".join(rows)


def faults(page: str, tests: Mapping[str, list[str]]) -> list[str]:
    """What page and tests do not agree on, a sentence each."""
    unproved = [one.identifier for one in promised(page) if one.identifier not in tests]
    built = [one.identifier for one in not_built(page) if one.identifier in tests]
    return [f"no test proves {one}" for one in unproved] + [
        f"{one} has tests: move its line out of “Not built yet”" for one in built
    ]


def main() -> int:
    """Print or write the table; gives 1 when page and tests do not agree."""
    page, tests = PAGE.read_text("utf-8"), proved()
    if "--write" in sys.argv[1:]:
        COVERAGE.write_text(table(promised(page), tests), "utf-8")
    else:
        sys.stdout.write(table(promised(page), tests))
    found = faults(page, tests)
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
