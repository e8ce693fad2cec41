"""The mapping file: which table and column our records and fields have in an installation.

Read from TOML and checked as a whole: unknown names are errors that tell the nearest known one,
and everything wrong is reported at once, before any connection.
"""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.schema.mapping_checks import contradictions, missing, unknown_names
from shared.netgenium.schema.mapping_model import SECTIONS, NetGeniumMapping
from shared.netgenium.schema.mapping_values import wrong_values


def load_mapping(path: Path | None) -> NetGeniumMapping:
    """Return the mapping in `path`, or the reference mapping for None.

    Raises:
        ConfigurationError: Everything that is wrong with the file.
    """
    where = str(path) if path else "reference.toml"
    parsed = _parse(path, where)
    document = {name: parsed[name] for name in SECTIONS if name in parsed}
    entities = {name: value for name, value in parsed.items() if name not in SECTIONS}
    problems = list(unknown_names(where, entities))
    try:
        mapping = NetGeniumMapping.model_validate(document | {"entities": entities})
    except ValidationError as error:
        known = {problem.where for problem in problems}
        problems += [
            problem for problem in wrong_values(where, error) if problem.where not in known
        ]
        raise ConfigurationError(problems) from None
    problems += [*missing(where, mapping), *contradictions(where, mapping)]
    if problems:
        raise ConfigurationError(problems)
    return mapping


def _parse(path: Path | None, where: str) -> dict[str, Any]:
    try:
        if path is None:
            text = files(__package__).joinpath("reference.toml").read_text("utf-8")
        else:
            text = path.read_text("utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        reason, remedy = (
            said("cannot be read: {reason}", reason=error.strerror),
            said("correct NETGENIUM_MAPPING"),
        )
    except UnicodeDecodeError as error:
        reason = said(
            "is not UTF-8: {reason} at byte {start}", reason=error.reason, start=error.start
        )
        remedy = said("save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        reason, remedy = said("is not TOML: {error}", error=error), said("correct the file")
    except RecursionError:
        reason, remedy = said("is nested too deeply"), said("correct the file")
    raise ConfigurationError([ConfigProblem(where, reason, remedy)])
