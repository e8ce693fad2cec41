"""What is imported from now on marks its lines: for `pytest -p`, and for the tests' processes."""

import sys

from tests.reached.marks import MARKS, MarkingFinder

MARKS.mkdir(exist_ok=True)
sys.meta_path.insert(0, MarkingFinder())
