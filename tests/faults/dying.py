"""The command line with a death in it.

A point is `module:Class.method:before` or `…:after`; the process ends there as by SIGKILL.
"""

import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

from tests.program import crmservice

EXIT_CODE = 87


def run(words: Sequence[str]) -> None:
    """Arm the point, which is the first of `words`, then run the command line."""
    point, *arguments = words
    _arm(point)
    crmservice(arguments)


def _arm(point: str) -> None:
    module, path, moment = point.split(":")
    class_name, name = path.split(".")
    owner = getattr(importlib.import_module(module), class_name)
    whole: Callable[..., Any] = getattr(owner, name)

    def dies(*arguments: Any, **named: Any) -> Any:
        # What has nothing to do, as a batch without mail, is not what is meant.
        meant = all(argument != [] for argument in arguments)
        if moment == "before" and meant:
            os._exit(EXIT_CODE)
        given = whole(*arguments, **named)
        if meant:
            os._exit(EXIT_CODE)
        return given

    setattr(owner, name, dies)
