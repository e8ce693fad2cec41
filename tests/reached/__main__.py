"""The lines of services and shared that the last run of the tests with marks did not reach.

    python -m pytest -p tests.reached.plugin tests
    python -m tests.reached --floor 95

What counts as a line, and the report, are those of coverage.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from coverage import Coverage, CoverageData

from tests.reached.marks import MARKS, PACKAGES, ROOT, place_of


def report(floor: float, *, missing: bool) -> int:
    """Print the files that tests do not wholly reach, and return the exit code."""
    with TemporaryDirectory() as kept:
        data = CoverageData(Path(kept, "marks"))
        for source in (file for name in PACKAGES for file in ROOT.glob(f"{name}/**/*.py")):
            place = place_of(source)
            marks = place.read_bytes() if place.exists() else b""
            data.add_lines({str(source): [line for line, mark in enumerate(marks) if mark]})
            data.touch_file(str(source))
        data.write()
        coverage = Coverage(data.data_filename())
        coverage.load()
        percent = coverage.report(skip_covered=True, show_missing=missing)
    if percent >= floor:
        return 0
    sys.stderr.write(f"tests reach {percent:.2f} % of the lines; the floor is {floor:g} %\n")
    return 1


def main() -> int:
    """Report as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.reached")
    parser.add_argument("--floor", type=float, default=0, help="per cent below which this fails")
    parser.add_argument("--missing", action="store_true", help="name the lines")
    options = parser.parse_args()
    if not MARKS.exists():
        sys.stderr.write("no test has marked a line yet; run make test first\n")
        return 1
    return report(options.floor, missing=options.missing)


if __name__ == "__main__":
    sys.exit(main())
