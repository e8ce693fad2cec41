"""Options that several commands share, and how they begin."""

import re
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from services.operator.present.visible import visible
from services.operator.spoken import speak, spoken
from shared.contracts.said import Said, said
from shared.errors import ConfigProblem, ConfigurationError, WrongUseError
from shared.language.language import LANGUAGES, Language, language
from shared.log import LogLevel, configure_logging
from shared.settings.box import Box
from shared.settings.box_file import load_boxes
from shared.settings.environment import Environment, read_environment
from shared.settings.near_miss import quoted

_AGO = re.compile(r"([0-9]{1,4})([mhdw])")
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Word = TypeVar("Word", bound=str)
"""One of several words that a person types."""


def files_of(named: Sequence[Path]) -> list[Path]:
    """Return the files that are meant: a directory stands for its `*.xml` files, by name.

    Raises:
        ConfigurationError: A directory has none.
    """
    files: list[Path] = []
    for path in named:
        found = sorted(path.glob("*.xml")) if path.is_dir() else [path]
        if not found:
            remedy = said("put the XML file of a technology box there")
            raise ConfigurationError(
                [ConfigProblem(str(path), said("there is no *.xml in it"), remedy)]
            )
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
OptionalConfig = Annotated[
    list[Path] | None,
    typer.Option(
        "--config",
        "-c",
        help="XML file of a technology box, or a directory of such files; may be repeated.",
        callback=lambda named: files_of(named or ()),
    ),
]


def speak_as_asked(wanted: str | None) -> str | None:
    """Speak the language that an option asks for, errors of every kind included.

    Raises:
        WrongUseError: There is no such language.
    """
    if wanted is not None:
        speak(one_of(said("language"), wanted, LANGUAGES))
    return wanted


InLanguage = Annotated[
    str | None,
    typer.Option(
        "--language",
        help="What people read, cs or en; by default that of the system's locale.",
        autocompletion=lambda: list(LANGUAGES),
        callback=speak_as_asked,
        is_eager=True,
    ),
]
Since = Annotated[
    str | None,
    typer.Option("--since", help="Not before: 30m, 12h, 2d, 4w ago, or a day as 2026-11-21."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]

Day = Annotated[str | None, typer.Option("--day", help="Of this day alone, as 2026-11-21.")]
Reporter = Annotated[
    str | None,
    typer.Option(help="Reported by this address, or by any of a domain, as *@relay.example."),
]

By = Annotated[
    str | None, typer.Option(help="Who asks for it, beside your login, which stands there, too.")
]


def one_of(kind: Said, word: str, known: Collection[Word]) -> Word:
    """Return the one of the `known` things of a kind that `word` names.

    Raises:
        WrongUseError: It names none; tells the nearest, and all there are.
    """
    for each in known:
        if each == word:
            return each
    names, written = ", ".join(known), quoted(word)
    for meant in get_close_matches(word, known, n=1):
        raise WrongUseError(
            said(
                "there is no {kind} {word}. Did you mean {meant}? There are {names}",
                kind=kind,
                word=written,
                meant=meant,
                names=names,
            )
        )
    raise WrongUseError(
        said("there is no {kind} {word}. There are {names}", kind=kind, word=written, names=names)
    )


def language_for(wanted: str | None) -> Language:
    """Return the language that the option asks for, else that of the whole call."""
    return language(one_of(said("language"), wanted, LANGUAGES)) if wanted else spoken()


def moment_since(wanted: str | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment that `--since` means; None without one.

    Raises:
        WrongUseError: It is none.
    """
    if wanted is None:
        return None
    if ago := _AGO.fullmatch(wanted):
        return max(now - int(ago[1]) * _UNITS[ago[2]], _LONG_AGO)
    try:
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        sentence = said(
            "--since {wanted} is no time: as 30m, 12h, 2d, 4w, or 2026-11-21", wanted=quoted(wanted)
        )
        raise WrongUseError(sentence) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def day_of(option: str, wanted: str | None) -> date | None:
    """Return the day that `option` names; None without one.

    Raises:
        WrongUseError: It names none.
    """
    if wanted is None:
        return None
    try:
        return date.fromisoformat(wanted)
    except ValueError:
        raise WrongUseError(
            said("{option} {wanted} is no day: as 2026-11-21", option=option, wanted=quoted(wanted))
        ) from None


def begin(default_level: LogLevel) -> Environment:
    """Read the environment and set up logging; `default_level` holds unless it says otherwise.

    Raises:
        ConfigurationError: The environment cannot work.
    """
    environment = read_environment()
    set_up_logging(environment.log_level or default_level, environment)
    return environment


def set_up_logging(level: LogLevel, environment: Environment) -> None:
    """Log from `level` on, in the form that the environment says."""
    configure_logging(level, environment.log_format, coloured=not environment.no_color)


def begin_with(
    config: Sequence[Path], default_level: LogLevel
) -> tuple[Environment, tuple[Box, ...]]:
    """Begin as `begin` and `boxes_of`, with the problems of both at once.

    Raises:
        ConfigurationError: Everything that is wrong with environment and files.
    """
    problems: list[ConfigProblem] = []
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
    """Return the boxes of the configuration files; warnings go to standard error.

    Raises:
        ConfigurationError: Everything that is wrong with them.
    """
    loaded = load_boxes(config)
    warn(loaded.warnings)
    return loaded.boxes


def warn(problems: Sequence[ConfigProblem]) -> None:
    """Tell of things that do not stop the command."""
    for problem in problems:
        tell(warning_of(problem))


def warning_of(problem: ConfigProblem) -> Said:
    """Say a problem that does not stop the command."""
    return said("warning: {problem}", problem=problem)


def tell(sentence: Said) -> None:
    """Write a message for the person to standard error, in the language of this call."""
    sys.stderr.write(visible(spoken().tell(sentence)) + "\n")
