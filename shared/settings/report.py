"""What is found wrong while a configuration is read, collected until the end (I-1)."""

from dataclasses import dataclass, field

from shared.contracts.said import Said
from shared.errors import ConfigProblem


@dataclass(slots=True)
class Report:
    """Findings on one file, in the order they are made.

    Attributes:
        file: Name of the file as it was given.
        problems: What stops the start.
        warnings: What does not.
    """

    file: str
    problems: list[ConfigProblem] = field(default_factory=list)
    warnings: list[ConfigProblem] = field(default_factory=list)

    def problem(self, line: int | None, what: Said, remedy: Said) -> None:
        """Note a problem, at `line` where it has one."""
        self.problems.append(ConfigProblem(self.place(line), what, remedy))

    def warning(self, line: int | None, what: Said, remedy: Said) -> None:
        """Note a warning, at `line` where it has one."""
        self.warnings.append(ConfigProblem(self.place(line), what, remedy))

    def place(self, line: int | None) -> str:
        """Return `crm.xml:7`, or the file alone."""
        return self.file if line is None else f"{self.file}:{line}"
