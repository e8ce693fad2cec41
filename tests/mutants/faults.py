"""The mutants: what is broken on purpose, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberate fault.

    Attributes:
        name: What goes wrong, in a few words.
        file: Where it is put, relative to the project.
        found: Text that stands there exactly once.
        instead: What stands there in the mutant.
        tests: Tests that must notice, as pytest names them.
    """

    name: str
    file: str
    found: str
    instead: str
    tests: tuple[str, ...]


MUTANTS: tuple[Mutant, ...] = ()
