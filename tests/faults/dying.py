"""The command line with a death in it: `python -m tests.faults.dying POINT crmservice-arguments`.

A point is `module:Class.method:before` or `…:after`; the process ends there as by SIGKILL.
"""

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

EXIT_CODE = 87


def main() -> None:
    """Arm the point, then run the command line."""
    point, *arguments = sys.argv[1:]
    _arm(point)
    sys.argv = ["crmservice", *arguments]
    importlib.import_module("services.operator.main").main()


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


if __name__ == "__main__":
    main()
