"""What typer refuses, in our words, so that it can be said in every language (O-6, O-11)."""

import re
from collections.abc import Sequence

from services.operator.commands import COMMANDS
from shared.contracts.said import Said, said, verbatim
from shared.language.language import marked

_SENTENCES = tuple(
    (re.compile(pattern, re.DOTALL), key)
    for pattern, key in (
        (
            r"No such command (?P<name>.+)\. Did you mean (?P<meant>.+)\?",
            marked("there is no command {name}. Did you mean {meant}?"),
        ),
        (r"No such command (?P<name>.+)\.", marked("there is no command {name}")),
        (
            r"No such option: (?P<name>.+) \(Possible options: (?P<meant>.+)\)",
            marked("there is no option {name}. Did you mean {meant}?"),
        ),
        (r"No such option: (?P<name>.+)", marked("there is no option {name}")),
        (r"Missing command\.", marked("a command is missing")),
        (r"Missing argument (?P<name>.+)\.", marked("the argument {name} is missing")),
        (r"Missing option (?P<name>.+)\.", marked("the option {name} is missing")),
        (
            r"Option (?P<name>.+) does not take a value\.",
            marked("the option {name} takes no value"),
        ),
        (r"Option (?P<name>.+) requires an argument\.", marked("the option {name} needs a value")),
        (
            r"Got unexpected extra argument(?:\(s\)|s)? \((?P<names>.*)\)",
            marked("nothing is known to do with {names}"),
        ),
        (
            r"Invalid value for (?P<name>.+?): Input should be a valid integer\b.*",
            marked("the value of {name} has to be a whole number"),
        ),
        (
            r"Invalid value for (?P<name>.+?): Input should be greater .*equal to (?P<least>\S+)",
            marked("the value of {name} has to be at least {least}"),
        ),
        (
            r"Invalid value for (?P<name>.+?): Input should be less than or equal to (?P<most>\S+)",
            marked("the value of {name} has to be at most {most}"),
        ),
    )
)


_GROUPS = frozenset(one.name for one in COMMANDS if one.where.endswith(":app"))
_NAMES = frozenset(one.name for one in COMMANDS)


def command_of(arguments: Sequence[str]) -> str:
    """Return the command that `arguments` call, for typer does not always say it; "" for none."""
    words = [word for word in arguments if not word.startswith("-")]
    at = next((at for at, word in enumerate(words) if word in _NAMES), len(words))
    return " ".join(words[at : at + (2 if {*words[at : at + 1]} & _GROUPS else 1)])


def in_our_words(refusal: str) -> Said:
    """Say what typer refuses; what it has never refused yet stays in its own English."""
    for pattern, key in _SENTENCES:
        if found := pattern.fullmatch(refusal):
            return said(key, **found.groupdict())
    return verbatim(refusal)
