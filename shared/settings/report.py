"""What is found wrong while a configuration is read, collected until the end (I-1)."""

from dataclasses import dataclass, field

from shared.errors import Problem


@dataclass(slots=True)
class Report:
    """Findings on one file, in the order they are made.

    Attributes:
        file: Name of the file as it was given.
        problems: What stops the start.
        warnings: What does not.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, line: int | None, what: str, remedy: str) -> None:
        """Note a problem, at `line` where it has one."""
        self.problems.append(Problem(self.place(line), what, remedy))

    def warning(self, line: int | None, what: str, remedy: str) -> None:
        """Note a warning, at `line` where it has one."""
        self.warnings.append(Problem(self.place(line), what, remedy))

    def place(self, line: int | None) -> str:
        """Return `crm.xml:7`, or the file alone."""
        return self.file if line is None else f"{self.file}:{line}"
