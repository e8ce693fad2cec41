"""One key of a box's XML file, declared at the field of `Box` that it fills."""

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.settings.value_types import Disposition
from shared.settings.values import Parser


@dataclass(frozen=True, slots=True)
class Key:
    """A key (`<add key= value=/>`), as the annotation of its field.

    The field's type says whether the key may be repeated, the field's default what counts where
    the key is absent.

    Attributes:
        name: The key in the file.
        parse: Reads one value.
        doc: One line for the documentation.
        source: Chapter of the manual, identifier of the behaviour.
        default_note: Documents the default where it depends on something else.
        secret: Whether its value never appears anywhere.
        acts: Whether this version already acts on it; others are only checked.
    """

    name: str
    parse: Parser
    _: KW_ONLY
    doc: str
    source: str
    default_note: str = ""
    secret: bool = False
    acts: bool = True


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """A key together with what its field says.

    Attributes:
        key: As declared.
        field: The field of `Box` it fills; empty for a key of the vocabulary.
        default: The default as text; empty: no value.
        repeatable: Whether the key may be given more than once.
    """

    key: Key
    field: str
    default: str
    repeatable: bool

    @property
    def name(self) -> str:
        """Return the key in the file."""
        return self.key.name


def declared(model: type[BaseModel]) -> Iterator[DeclaredKey]:
    """Yield the keys that the fields of `model` declare, in their order."""
    for name, field in model.model_fields.items():
        for key in field.metadata:
            if isinstance(key, Key):
                repeatable = get_origin(field.annotation) in (tuple, frozenset)
                yield DeclaredKey(key, name, _as_text(field), repeatable)


def _as_text(field: FieldInfo) -> str:
    default = field.default
    if field.is_required() or default is None or field.default_factory is not None:
        return ""
    if isinstance(default, Disposition):
        return default.action
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ", ".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)
