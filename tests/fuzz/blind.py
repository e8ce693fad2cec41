"""Damage by chance alone, all parts in turn: for machines without atheris, and for tests."""

import random
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS
from tests.fuzz.trouble import keep, troubles

_AT_ONCE = 50


def fuzz_blindly(parts: Sequence[str], seconds: float, seed: int) -> int:
    """Fuzz `parts` for so many seconds; return how many different troubles were found."""
    begun = {part: seeds(part) for part in parts}
    chance = random.Random(seed)  # noqa: S311 - damage, no secret
    tried: Counter[str] = Counter()
    found: set[str] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        part = parts[sum(tried.values()) // _AT_ONCE % len(parts)]
        raw = mutated(chance.choice(begun[part]), begun[part], chance)
        tried[part] += 1
        if (trouble := troubles(TARGETS[part], raw)) and trouble not in found:
            found.add(trouble)
            keep(part, raw, trouble)
    counts = ", ".join(f"{part} {count}" for part, count in tried.items())
    sys.stdout.write(f"by chance, seed {seed}: {counts}; {len(found)} found\n")
    return len(found)
