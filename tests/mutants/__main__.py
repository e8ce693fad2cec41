"""`python -m tests.mutants [NAME …]`: break the product on purpose; a test must notice each time.

Every mutant is made in a copy of the project of its own. First the tests that stand with the
mutants must pass without any, or their failing would prove nothing. Ends with 1 if a mutant
survives, or if its place in the code is not there any more.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.faults import MUTANTS, Mutant

_COPIED = ("services", "shared", "tests", "demo", "deploy", "docs", "pyproject.toml", "README.md")
_PASSED, _FAILED = 0, 1
"""Exit codes of pytest; others mean that it could not even try."""

_LONGEST_SECONDS = 900


def main() -> int:
    """Try the mutants that are named, or all; gives the exit code."""
    chosen = [each for each in MUTANTS if each.name in sys.argv[1:] or not sys.argv[1:]]
    if unknown := set(sys.argv[1:]) - {each.name for each in chosen}:
        sys.stderr.write(f"no mutant is called {', '.join(sorted(unknown))}\n")
        return 2
    tests = sorted({test for each in chosen for test in each.tests})
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        if _tested(_copied(Path(folder) / "whole"), tests, tells=True) != _PASSED:
            sys.stderr.write("the tests do not pass without a mutant: nothing is proved\n")
            return 1
    survivors = [each.name for each in chosen if not _noticed(each)]
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants were noticed\n")
    return 1 if survivors else 0


def _noticed(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = _copied(Path(folder) / "mutant")
        file = copy / mutant.file
        code = file.read_text("utf-8")
        if code.count(mutant.found) != 1:
            _tell(mutant, f"its place in {mutant.file} is there {code.count(mutant.found)} times")
            return False
        file.write_text(code.replace(mutant.found, mutant.instead), "utf-8")
        ended = _tested(copy, mutant.tests)
    words: dict[int | str, str] = {_FAILED: "noticed", _PASSED: "SURVIVES"}
    _tell(mutant, words.get(ended, f"pytest ended with {ended}"))
    return ended == _FAILED


def _copied(folder: Path) -> Path:
    for name in _COPIED:
        if Path(name).is_dir():
            shutil.copytree(name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(name, folder / name)
    return folder


def _tested(project: Path, tests: Sequence[str], *, tells: bool = False) -> int | str:
    """Run `tests` on the copy; gives pytest's exit code, or a word if it did not end.

    Args:
        project: The copy.
        tests: As pytest names them.
        tells: Whether a failure is shown.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    # The copy comes before the installed project, in processes that tests start, too.
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "no end"
    if done.returncode not in (_PASSED, _FAILED) or (tells and done.returncode):
        sys.stderr.write(done.stdout.decode(errors="replace")[-2000:])
    return done.returncode


def _tell(mutant: Mutant, what: str) -> None:
    sys.stdout.write(f"{mutant.name:40} {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
