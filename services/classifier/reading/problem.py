"""What a mail of the application "Troubleshooting" says (manual, chapter 15.2; P-1). Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.contracts.said import Said, said
from shared.domain.folding import fold_line
from shared.domain.tokens import Token
from shared.domain.vocabulary import Vocabulary

_URL = re.compile(r"\bhttps?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_ID = re.compile(r"[?&](?:amp;)?id ?= ?([0-9]{1,18})(?![0-9])", re.IGNORECASE)
_CELL_EDGE = re.compile(r"[|\t]| {3,}")
_ITEM = re.compile(r"\A\s*(?:[\u2022*-]|[0-9]{1,3}\.)\s+")
"""The bullet or number of a list."""

_CHARACTERS = 250

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class ProblemReport:
    """What was found; None where it was not.

    Attributes:
        contract: Number behind the contract token of the body.
        problem_id: Number behind `id=` in a link.
    """

    contract: str | None
    problem_id: str | None
    status: str | None
    subject: str | None

    @property
    def missing(self) -> tuple[Said, ...]:
        """What was not found."""
        found = {
            said("no contract number"): self.contract,
            said("no problem id"): self.problem_id,
            said("no status"): self.status,
            said("no subject"): self.subject,
        }
        return tuple(name for name, value in found.items() if not value)


def read_problem(
    text: str,
    tokens: Iterable[Token],
    rows: Iterable[Row],
    links: Iterable[str],
    vocabulary: Vocabulary,
) -> ProblemReport:
    """Find the four facts.

    Args:
        text: Readable text of the body.
        tokens: Assignment tokens of the mail.
        rows: Rows of the tables of the HTML.
        links: Targets of its links.
        vocabulary: The box's phrases.
    """
    numbers = (t.number for t in tokens if t.kind == "contract" and t.place != "subject")
    ids = (found[1] for link in (*links, *_URL.findall(text)) if (found := _ID.search(link)))
    all_rows = [*rows, *(_cells(line) for line in text.split("\n"))]
    return ProblemReport(
        contract=next(numbers, None),
        problem_id=next(ids, None),
        status=_value(all_rows, vocabulary.problem_status),
        subject=_value(all_rows, vocabulary.problem_subject),
    )


def _cells(line: str) -> Row:
    """Read a line of text as a row: `Status: open`, or cells apart by tabs, bars or many blanks."""
    return [cell.strip() for cell in _CELL_EDGE.split(_ITEM.sub("", line))]


def _value(rows: Sequence[Row], words: tuple[str, ...]) -> str | None:
    """Return what follows one of `words` in a row; a row that begins with it goes before others."""
    for keyword_is_here in (_is_word, _begins_with_word):
        for row in rows:
            if row and keyword_is_here(row[0], words) and (value := _behind(row, 0)):
                return value
    for row in rows:
        for position, cell in enumerate(row[1:], start=1):
            if _is_word(cell, words) and (value := _behind(row, position)):
                return value
    return None


def _is_word(cell: str, words: tuple[str, ...]) -> bool:
    """Return whether a cell is one of `words`: `Status`, `Status:` or `Status: open`."""
    return fold_line(cell[:_CHARACTERS]).partition(":")[0].strip() in words


def _begins_with_word(cell: str, words: tuple[str, ...]) -> bool:
    """Return whether a cell begins with one of `words`: `Status of the problem`."""
    return fold_line(cell[:_CHARACTERS]).startswith(tuple(f"{word} " for word in words))


def _behind(row: Row, position: int) -> str | None:
    """Return the rest of a cell behind its colon, else the next cell that is not empty."""
    rest = row[position].partition(":")[2].strip()
    value = rest or next((cell.strip() for cell in row[position + 1 :] if cell.strip()), "")
    return value[:_CHARACTERS] or None
