"""Options that several commands share, and how they begin."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shared.errors import ConfigurationError, Problem
from shared.log import LogLevel, configure_logging
from shared.settings.box import Box
from shared.settings.box_file import load_boxes
from shared.settings.environment import Environment, read_environment


def files_of(named: Sequence[Path]) -> list[Path]:
    """The files that are meant: a directory stands for its `*.xml` files, by name.

    Raises:
        ConfigurationError: A directory has none.
    """
    files: list[Path] = []
    for path in named:
        found = sorted(path.glob("*.xml")) if path.is_dir() else [path]
        if not found:
            remedy = "put the XML file of a technology box there"
            raise ConfigurationError([Problem(str(path), "there is no *.xml in it", remedy)])
        files += found
    return files


Config = Annotated[
    list[Path],
    typer.Option(
        "--config",
        "-c",
        help="XML file of a technology box, or a directory of such files; may be repeated.",
        callback=files_of,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def begin(default_level: LogLevel) -> Environment:
    """Read the environment and set up logging; `default_level` holds unless it says otherwise.

    Raises:
        ConfigurationError: The environment cannot work.
    """
    environment = read_environment()
    configure_logging(environment.log_level or default_level, environment.log_format)
    return environment


def begin_with(
    config: Sequence[Path], default_level: LogLevel
) -> tuple[Environment, tuple[Box, ...]]:
    """As `begin` and `boxes_of`, with the problems of both at once.

    Raises:
        ConfigurationError: Everything that is wrong with environment and files.
    """
    problems: list[Problem] = []
    environment, boxes = None, None
    try:
        environment = begin(default_level)
    except ConfigurationError as error:
        problems += error.problems
    try:
        boxes = boxes_of(config)
    except ConfigurationError as error:
        problems += error.problems
    if environment is None or boxes is None:
        raise ConfigurationError(problems)
    return environment, boxes


def boxes_of(config: Sequence[Path]) -> tuple[Box, ...]:
    """The boxes of the configuration files; warnings go to standard error.

    Raises:
        ConfigurationError: Everything that is wrong with them.
    """
    loaded = load_boxes(config)
    warn(loaded.warnings)
    return loaded.boxes


def warn(problems: Sequence[Problem]) -> None:
    """Tell of things that do not stop the command."""
    for problem in problems:
        tell(f"warning: {problem}")


def tell(sentence: str) -> None:
    """A message for the person, on standard error."""
    sys.stderr.write(sentence + "\n")
