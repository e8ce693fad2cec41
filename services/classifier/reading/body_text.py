"""The readable text of a mail, told apart once, however many ask (behaviour T-1). Pure."""

from functools import cached_property

from services.classifier.parse.quotes import OwnAndQuoted, split_quotes
from services.classifier.reading.text import Text


class BodyText(Text):
    """The text of a mail's body, and what of it its sender wrote."""

    @cached_property
    def parts(self) -> OwnAndQuoted:
        """Own and quoted text; found when somebody asks, because that is slow."""
        return split_quotes(self.written)
