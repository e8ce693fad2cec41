import random

import pytest

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS
from tests.fuzz.trouble import troubles

_TIMES = 20


@pytest.mark.parametrize("part", TARGETS)
def test_damaged_input_is_read_by_every_part(part: str) -> None:
    """H-7: a few of the damages that `make fuzz` tries for as long as it is told."""
    begun = seeds(part, collected=False)
    chance = random.Random(20261103)  # noqa: S311 - damage, no secret

    for _ in range(_TIMES):
        raw = mutated(chance.choice(begun), begun, chance)
        assert troubles(TARGETS[part], raw) == "", raw


def test_what_raises_is_told_with_its_place() -> None:
    """H-7: fuzzing finds what raises, and says where."""

    def target(raw: bytes) -> object:
        return raw.decode("ascii")

    assert troubles(target, b"a") == ""
    assert troubles(target, b"\xff").startswith("UnicodeDecodeError in test_damaged.py:")
