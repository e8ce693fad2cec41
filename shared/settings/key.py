"""What is known of one key of a box's XML file."""

from dataclasses import dataclass

from shared.settings.values import Parser


@dataclass(frozen=True, slots=True)
class Key:
    """One key (`<add key= value=/>`).

    Attributes:
        name: As it stands in the file.
        field: The field of `Box` it fills; empty for a vocabulary key, which fills `vocabulary`.
        parse: Reads one value.
        default: The value that counts where the key is absent, as text; empty: no value.
        description: One line for the documentation.
        source: Chapter of the manual, identifier of the behaviour.
        default_note: Said instead of `default` where it depends on something else.
        repeatable: Whether it may stand more than once.
        secret: Whether its value never appears anywhere.
        acts: Whether this version already acts on it; others are only checked.
    """

    name: str
    field: str
    parse: Parser
    default: str
    description: str
    source: str
    default_note: str = ""
    repeatable: bool = False
    secret: bool = False
    acts: bool = False
