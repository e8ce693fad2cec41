"""One thing that `check` looked at, and how it is told (behaviours O-1, O-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.contracts.said import NOTHING_SAID, Said, said, verbatim
from shared.errors import ConfigProblem, ExitCode, gravest
from shared.language.language import Language

TRY = said("mend it, then run crmservice check again")
"""Where an error names no remedy of its own."""

WITHIN = verbatim("")
"""The remedy follows the last semicolon of the detail, if it has one."""

Status = Literal["ok", "warn", "fail", "skipped"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What was looked at.
        status: A warning does not fail the whole.
        detail: What was found.
        remedy: What to do; empty if nothing, `WITHIN` if the detail tells it, too.
        exit_code: What the command ends with if this is the worst.
    """

    name: Said
    status: Status
    detail: Said
    remedy: Said = NOTHING_SAID
    exit_code: ExitCode = ExitCode.DONE

    def told_in(self, language: Language) -> "ToldCheck":
        """Return the same in a language."""
        detail, remedy = language.tell(self.detail), language.tell(self.remedy)
        if self.remedy is WITHIN:
            first, _, last = detail.rpartition("; ")
            detail, remedy = (first, last) if first else (last, language.tell(TRY))
        return ToldCheck(language.tell(self.name), self.status, detail, remedy, int(self.exit_code))


def problem_found(name: Said, status: Status, problem: ConfigProblem) -> Check:
    """Return what a problem of the configuration is told as."""
    code = ExitCode.CONFIGURATION_WRONG if status == "fail" else ExitCode.DONE
    detail = said("{where}: {what}", where=problem.where, what=problem.what)
    return Check(name, status, detail, problem.remedy, code)


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """A `Check` in words of one language."""

    name: str
    status: Status
    detail: str
    remedy: str
    exit_code: int


def worst(checks: Sequence[Check]) -> ExitCode:
    """Return the exit code for `checks`."""
    return gravest([check.exit_code for check in checks])
