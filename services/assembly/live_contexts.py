"""What the rules know of each box, with the administrator's rules as their file has them now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from services.assembly.composition import Erp
from services.classifier.facts.facts import BoxContext
from services.classifier.policy import policy_of
from shared.domain.vocabulary import build_vocabulary
from shared.errors import ConfigProblem, ConfigurationError
from shared.settings.box import Box

if TYPE_CHECKING:
    from services.classifier.custom.book import RuleBook
    from services.classifier.custom.rule_set import RuleSet

Refused = Callable[[str, bool], None]
"""Is told whether the rule file of a box is one that cannot be used."""


class LiveContexts(Mapping[str, BoxContext]):
    """Contexts by the names of boxes; a rule file that has changed counts from the next mail on."""

    def __init__(
        self, boxes: Sequence[Box], erp: Erp, refused: Refused = lambda _box, _refused: None
    ) -> None:
        """Read the rule files.

        Args:
            boxes: Whose.
            erp: Says which places the mapping has.
            refused: Is told of each box whether its rule file cannot be used now.

        Raises:
            ConfigurationError: One of them cannot be used; with the problems of all.
        """
        self._books = _books(boxes, refused)
        self._contexts = {box.name: _context(box, erp) for box in boxes}

    def __getitem__(self, box: str) -> BoxContext:
        """Return the context of a box."""
        context = self._contexts[box]
        if book := self._books.get(box):
            rules = book.rules()
            if rules is not context.rules:
                context = self._contexts[box] = replace(context, rules=rules)
        return context

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the boxes."""
        return iter(self._contexts)

    def __len__(self) -> int:
        """Return how many boxes there are."""
        return len(self._contexts)

    def look(self) -> Callable[[], None]:
        """Return what sees a changed rule file while no mail comes."""

        def look() -> None:
            for book in self._books.values():
                book.rules()

        return look


def context_of(box: Box, erp: Erp) -> BoxContext:
    """Return what the rules know of `box` and of the places that the mapping has.

    Raises:
        ConfigurationError: Its rule file cannot be used.
    """
    return LiveContexts([box], erp)[box.name]


def context_with(rules: "RuleSet | None", box: Box, erp: Erp) -> BoxContext:
    """Return the same with rules that were read before."""
    return replace(_context(box, erp), rules=rules)


def _books(boxes: Sequence[Box], refused: Refused) -> "dict[str, RuleBook]":
    if not any(box.rules_file for box in boxes):
        return {}
    # Here, because most boxes have no rule file, and its models take longer than a mail.
    from services.classifier.custom.book import RuleBook  # noqa: PLC0415

    books: dict[str, RuleBook] = {}
    problems: list[ConfigProblem] = []
    for box in boxes:
        try:
            if box.rules_file:
                books[box.name] = RuleBook(box.rules_file, box, partial(refused, box.name))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(problems)
    return books


def _context(box: Box, erp: Erp) -> BoxContext:
    return BoxContext(
        box=box,
        vocabulary=build_vocabulary(box.vocabulary),
        policy=policy_of(box),
        keeps_html=erp.tables.has("activity", "html"),
        links_other_contacts=erp.tables.has("activity", "other_contacts"),
        keeps_invitations=erp.tables.has("invitation"),
        own_mail=erp.own_mail,
    )
