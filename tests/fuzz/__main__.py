"""`python -m tests.fuzz [--seconds N] [--seed N] [--blind] [PART …]`: damaged input for so long.

What raises, breaks what must hold, or takes far longer than its size allows is kept as a file in
`data/fuzz` with the part in its name. Ends with 1 if anything was found. Where atheris is installed
it leads the damage to code that no input has reached yet.
"""

import argparse
import random
import sys

from tests.fuzz.blind import fuzz_blindly
from tests.fuzz.guided import fuzz_guided, is_installed
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Fuzz the parts that are named, or all; return the exit code."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked.add_argument("--blind", action="store_true", help="by chance alone, without atheris")
    asked.add_argument("parts", nargs="*", choices=[[], *TARGETS])
    given = asked.parse_args()
    fuzz = fuzz_guided if is_installed() and not given.blind else fuzz_blindly
    return 1 if fuzz(given.parts or list(TARGETS), given.seconds, given.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
