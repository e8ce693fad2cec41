"""`python -m tests.fuzz [--seconds N] [--seed N] [PART …]`: damaged input until the time is over.

What raises, breaks what must hold, or takes far longer than its size allows is kept as a file in
`data/fuzz` with the part in its name. Ends with 1 if anything was found.
"""

import argparse
import hashlib
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, Target

FOUND = Path("data/fuzz")
_SLOW_SECONDS = 1.0
_SMALL_BYTES = 50_000
"""Larger input may take longer, in proportion."""

_AT_ONCE = 50


def main() -> int:
    """Fuzz the parts that are named, or all, in turn; gives the exit code."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked.add_argument("parts", nargs="*", choices=[[], *TARGETS])
    given = asked.parse_args()
    chosen = given.parts or list(TARGETS)
    begun = {part: seeds(part) for part in chosen}
    chance = random.Random(given.seed)  # noqa: S311 - damage, no secret
    tried: Counter[str] = Counter()
    found: set[str] = set()
    end = time.monotonic() + given.seconds
    while time.monotonic() < end:
        part = chosen[sum(tried.values()) // _AT_ONCE % len(chosen)]
        raw = mutated(chance.choice(begun[part]), begun[part], chance)
        tried[part] += 1
        if (trouble := troubles(TARGETS[part], raw)) and trouble not in found:
            found.add(trouble)
            _keep(part, raw, trouble)
    counts = ", ".join(f"{part} {count}" for part, count in tried.items())
    sys.stdout.write(f"seed {given.seed}: {counts}; {len(found)} found\n")
    return 1 if found else 0


def troubles(target: Target, raw: bytes) -> str:
    """Return what is wrong with how `target` takes `raw`; empty if nothing is."""
    begin = time.process_time()
    try:
        target(raw)
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is looked for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
    # Processor time: a machine that has other work to do is no fault of the parser.
    spent = time.process_time() - begin
    allowed = _SLOW_SECONDS * max(1, len(raw) / _SMALL_BYTES)
    return f"{len(raw)} bytes took more than {allowed:.1f} s" if spent > allowed else ""


def _keep(part: str, raw: bytes, trouble: str) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    file = FOUND / f"{part}-{hashlib.sha256(raw).hexdigest()[:12]}"
    file.write_bytes(raw)
    sys.stdout.write(f"{file}: {trouble}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
