"""Where the manual of the original has what a line of a trace is about. Pure."""

from collections.abc import Mapping

CHAPTERS: Mapping[str, str] = {
    "S-1": "-",
    "R-0": "-",
    "R-1": "15.1",
    "R-2": "13",
    "R-3": "-",
    "R-4": "13",
    "R-5": "14",
    "R-6": "15.2",
    "R-7": "15.3",
    "R-8": "15.4",
    "R-9": "15.5",
    "R-10": "15.6",
    "R-11": "15.7",
    "R-12": "15.8",
    "R-14": "15.9",
    "R-15": "15.10",
    "R-16": "15.11",
    "R-17": "15.11",
    "T-5": "11",
}
"""By the identifier of a rule, or of a note."""

_FAMILIES: Mapping[str, str] = {"B": "13", "N": "15.6", "P": "15.2", "T": "10", "V2": "14"}


def chapter_of(identifier: str) -> str:
    """Return the chapter; `-` for what the manual does not have."""
    family = identifier.partition("-")[0]
    return CHAPTERS.get(identifier, _FAMILIES.get(family, "-"))
