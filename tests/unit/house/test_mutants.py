"""The deliberate faults of `make mutants` stand where they say; the run itself takes minutes."""

from pathlib import Path

import pytest

from tests.mutants.faults import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_has_its_place_and_its_tests(mutant: Mutant) -> None:
    """House: the text that a mutant replaces is there once, and so are its tests."""
    assert Path(mutant.file).read_text("utf-8").count(mutant.found) == 1
    for test in mutant.tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in Path(file).read_text("utf-8")
