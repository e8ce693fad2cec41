"""Which behaviours of the specification are proved by which tests: `python -m tests.behaviours`.

Reads the docstrings of all tests and fails when an identifier that this version promises has none.
`--write` puts the table into `docs/behaviour-coverage.md`, which a test compares.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

PROMISED = (
    "I-1 I-4 I-5 I-6 I-7 I-12 I-13 V R-0 R-1 R-2 R-3 R-4 R-5 R-6 R-7 R-8 R-9 R-10 R-11 R-12 "
    "R-14 R-15 R-16 R-17 R-a R-b R-c R-d R-e R-f D-1 D-2 D-3 D-4 D-5 A-1 A-2 A-3 A-4 A-5 A-6 "
    "T-1 T-2 T-3 T-4 T-5 T-6 T-7 N-1 N-2 P-1 P-2 P-3 B-1 B-2 B-3 B-4 B-5 V2-1 V2-2 V2-3 S-1 "
    "O-1 O-2 O-6 H-1 H-2 H-3 H-4 H-5 H-6 H-7 H-8 H-9 H-10 H-11 H-13 H-14 H-15 H-16 H-17 H-18 "
    "H-19 H-20 H-21 H-22 H-26 F-40 F-41 F-42 F-43 F-44 F-45 F-46 F-47 F-48"
).split()
"""Identifiers of the specification that this version has."""

PAGE = Path("docs/behaviour-coverage.md")
"""Where the table stands for readers."""

_LEAD = re.compile(r"^([^:]{1,80}):")
_RANGE = re.compile(r"\b([A-Z]+[0-9]?)-?([0-9]+) to \1-?([0-9]+)\b")
_IDENTIFIER = re.compile(r"\b(?:[A-Z]{1,2}[0-9]?-[0-9a-f]+|[HFI][0-9]+|V)\b")


def proved() -> Mapping[str, list[str]]:
    """Names of tests by the identifiers that their docstrings begin with."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted(Path("tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for identifier in identifiers(ast.get_docstring(node) or ""):
                    tests[identifier].append(f"{path.as_posix()}::{node.name}")
    return tests


def identifiers(docstring: str) -> Iterator[str]:
    """Identifiers before the first colon: `T-1, H11: …`, `D-1 to D-4: …`."""
    lead = _LEAD.match(docstring)
    if not lead:
        return
    for letter, first, last in _RANGE.findall(lead[1]):
        yield from (f"{letter}-{number}" for number in range(int(first), int(last) + 1))
    for found in _IDENTIFIER.findall(lead[1]):
        # The faults' page writes H11, the issue H-11.
        yield re.sub(r"^([HF])([0-9])", r"\1-\2", found)


def table(tests: Mapping[str, list[str]]) -> str:
    """The table as Markdown: each identifier, its number of tests, and the first three."""
    head = (
        "# Which tests prove which behaviour\n\n"
        "Written by `python -m tests.behaviours --write` from the docstrings of the tests.\n\n"
        "| behaviour | tests | among them |\n|---|---|---|\n"
    )
    rows = (
        f"| {identifier} | {len(tests[identifier])} | "
        f"{', '.join(f'`{name}`' for name in tests[identifier][:3])} |\n"
        for identifier in PROMISED
    )
    return head + "".join(rows)


def main() -> int:
    """Print or write the table; gives 1 when a promised identifier has no test."""
    tests = proved()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(table(tests), "utf-8")
    else:
        sys.stdout.write(table(tests))
    missing = [identifier for identifier in PROMISED if not tests[identifier]]
    if missing:
        sys.stderr.write(f"no test proves {', '.join(missing)}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
