"""Values of a mapping file that cannot be: pydantic's findings as sentences for a person."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from shared.contracts.said import Said, said, verbatim
from shared.errors import ConfigProblem
from shared.netgenium.schema.mapping_model import (
    NAME,
    SCHEMA_VERSION,
    SECTIONS,
    STRATEGY,
    InColumns,
    InTable,
    MappedEntity,
    MappingPart,
    SizedColumn,
)


class _Wrong(NamedTuple):
    what: Said
    remedy: Said


_NAMES = said(
    "give a name of letters, digits and underscores, at most 63, that begins with no digit"
)
_BY_PATTERN: Mapping[str, _Wrong] = {
    NAME: _Wrong(said("is no name of a table or column"), _NAMES),
    STRATEGY: _Wrong(
        said("is no strategy"),
        said("known are identity, max_plus_one and generator:<name of a sequence>"),
    ),
}
_BY_TYPE: Mapping[str, _Wrong] = {
    "missing": _Wrong(said("is missing"), said("add it")),
    "string_type": _Wrong(said("is no text"), said("write it in quotes")),
    "int_type": _Wrong(said("is no whole number"), said("write digits only")),
    "too_short": _Wrong(said("is empty"), said("name at least one")),
    "tuple_type": _Wrong(said("is no list"), said('write it as ["one", "two"]')),
    "dict_type": _Wrong(said("is no table"), said("write it as { key = value }")),
    "mapping_type": _Wrong(said("is no table"), said("write it as { key = value }")),
    "model_type": _Wrong(said("is no table"), said("write it as { key = value }")),
    "model_attributes_type": _Wrong(said("is no table"), said("write it as { key = value }")),
    "greater_than_equal": _Wrong(
        said("is too small"), said("give the characters that the column holds")
    ),
}


def wrong_values(where: str, error: ValidationError) -> Iterator[ConfigProblem]:
    """Yield one problem for each finding; no value of the file is repeated.

    Args:
        where: The file's name.
        error: What the model found.
    """
    details = error.errors(include_url=False, include_input=False)
    seen: set[tuple[Any, ...]] = set()
    for detail in details:
        # Both halves of `int | str` are reported; one sentence is enough.
        path = _path(detail["loc"])
        if tuple(path) not in seen:
            seen.add(tuple(path))
            yield _problem(where, path, detail)


def nearest(name: str, known: Iterable[str]) -> Said:
    """Return the remedy for an unknown name: the nearest known one, or all of them."""
    names = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), list(names), 1)
    if near:
        return said("did you mean {near}?", near=names[near[0]])
    return said("known are {names}", names=", ".join(names.values()))


def _path(loc: Sequence[int | str]) -> list[str]:
    """Return where in the file: without the branches of unions, which no file names."""
    steps = [str(step) for step in loc if not str(step).startswith("<")]
    if steps[0] == "entities":
        return steps[1:]
    # The values of [check_box] are number or text, and pydantic names the one it tried.
    return steps[:2] if steps[0] == "check_box" else steps


def _problem(where: str, path: Sequence[str], detail: Any) -> ConfigProblem:  # noqa: ANN401 - pydantic's error details
    section, *rest = path
    if detail["type"] == "extra_forbidden":
        inside = ".".join(rest[:-1])
        place = f"{where} [{section}] {inside}".rstrip()
        return ConfigProblem(
            place, said("there is no key {name}", name=path[-1]), nearest(path[-1], _keys(path))
        )
    wrong = _wrong(detail, path)
    return ConfigProblem(f"{where} [{section}] {'.'.join(rest)}".rstrip(), wrong.what, wrong.remedy)


def _wrong(detail: Any, path: Sequence[str]) -> _Wrong:  # noqa: ANN401 - pydantic's error details
    context = detail.get("ctx", {})
    if detail["type"] == "string_pattern_mismatch":
        return _BY_PATTERN[context["pattern"]]
    if detail["type"] == "literal_error":
        if path[-1] == "schema_version":
            return _Wrong(
                said("is a version that this program does not read"),
                said("it reads {schema_version}", schema_version=SCHEMA_VERSION),
            )
        return _Wrong(
            said("is no known value"), said("known are {names}", names=context["expected"])
        )
    if path[-1:] == ["schema_version"]:
        return _Wrong(
            said("is missing"),
            said("add schema_version = {schema_version} at the top", schema_version=SCHEMA_VERSION),
        )
    return _BY_TYPE.get(
        detail["type"], _Wrong(verbatim(detail["msg"].lower()), said("correct the value"))
    )


def _keys(path: Sequence[str]) -> list[str]:
    """Return the keys known at the place whose last step is not known."""
    section, *rest = path
    model: type[MappingPart] | None = SECTIONS.get(section, MappedEntity)
    if len(rest) > 1:
        many = rest[0] == "many"
        parts = (InColumns, InTable) if many and len(rest) == 3 else (SizedColumn,)  # noqa: PLR2004 - many, field, key
        return [key for part in parts for key in part.model_fields]
    return [] if model is None else list(model.model_fields)
