"""A text of a mail with its folded forms, for whoever compares it (behaviour V). Pure."""

from functools import cached_property

from shared.domain.folding import fold_line, fold_lines


class Text:
    """A text of a mail, folded once, when somebody asks.

    Attributes:
        written: As it is written in the mail.
    """

    def __init__(self, written: str) -> None:
        """Take it as it is written in the mail."""
        self.written = written

    @cached_property
    def line(self) -> str:
        """Folded as one line: a phrase is found across line ends."""
        return fold_line(self.written)

    @cached_property
    def lines(self) -> str:
        """Folded line by line."""
        return fold_lines(self.written)
