"""Paths that box files name, looked at although no box can be made of them yet (O-1)."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from services.assembly.folder_problems import windows_problems
from services.assembly.path_attempts import refusal_of
from services.fetcher.sources.login import trusting
from shared.contracts.said import said
from shared.errors import ConfigProblem
from shared.settings.box_file import NamedPath


def look_at(named: NamedPath) -> ConfigProblem | None:
    """Return what is wrong with a directory or file of a box file that makes no box yet."""
    for one in windows_problems(str(named.path), named.key):
        told = said("{name}: {what}", name=named.path, what=one.what)
        return ConfigProblem(named.place, told, one.remedy)
    if what := refusal_of(partial(_LOOKS.get(named.key, _list), named.path)):
        return ConfigProblem(
            named.place,
            said("{path} cannot be read: {what}", path=named.path, what=what),
            said("correct {key}", key=named.key),
        )
    return None


def _list(folder: Path) -> None:
    os.scandir(folder).close()


_LOOKS: Mapping[str, Callable[[Path], object]] = {
    "caFile": trusting,
    "rulesFile": Path.read_bytes,
}
"""How what a key names is looked at; everything else is a directory."""
