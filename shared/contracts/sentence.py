"""A sentence for people as messages and the journal carry it."""

from collections.abc import Mapping

from shared.contracts.base import Contract
from shared.contracts.line import Line, one_line
from shared.contracts.said import Said, filled


class Sentence(Contract):
    """A sentence as messages and the journal carry it.

    Attributes:
        key: The English pattern, in the singular where it has a count.
        values: What stands in its places, among them further sentences.
    """

    key: Line
    values: Mapping[str, "Line | Sentence"] = {}


def sentence_of(words: Said) -> Sentence:
    """Return `words` for a message, made once: a rule says most of its reasons to every mail."""
    if not isinstance(words.form, Sentence):
        values = {
            name: sentence_of(value) if isinstance(value, Said) else one_line(value)
            for name, value in words.values.items()
        }
        # What is checked already is not checked again.
        words.form = Sentence.model_construct(key=words.key, values=values)
    return words.form


def said_again(text: str, sentence: Sentence) -> Said:
    """Return what was said when `sentence` was kept, with its English text."""
    values = {
        name: value if isinstance(value, str) else _again(value)
        for name, value in sentence.values.items()
    }
    return Said(text, sentence.key, values)


def _again(sentence: Sentence) -> Said:
    again = said_again("", sentence)
    return Said(filled(again.key, again.values), again.key, again.values)
