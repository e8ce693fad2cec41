"""The errors of CRMService and what becomes of the message at hand.

Every error takes a sentence (what, where, what to do), written with `said` so that it can be said
in another language (behaviour O-11), and carries the exit code that the command line ends with
(O-6). The log has it in English. Adapters translate the exceptions of their libraries into
these; nothing else crosses a module border.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum

from shared.contracts.said import NOTHING_SAID, Said, said, with_line_ends


class ExitCode(IntEnum):
    """Exit codes of the command line (behaviour O-6)."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    PARTLY_DONE = 3
    CREDENTIALS_REFUSED = 4
    SERVER_UNREACHABLE = 5
    CONFIGURATION_WRONG = 78
    INTERRUPTED = 130


_WORST_FIRST = (
    ExitCode.CONFIGURATION_WRONG,
    ExitCode.SERVER_UNREACHABLE,
    ExitCode.CREDENTIALS_REFUSED,
    ExitCode.FAILED,
)


def gravest(codes: Collection[ExitCode]) -> ExitCode:
    """Return the one of several exit codes to end with: what has to be mended first."""
    return next((code for code in _WORST_FIRST if code in codes), ExitCode.DONE)


class CRMServiceError(Exception):
    """Base of all expected errors; its text is meant for a person, never for a traceback.

    Attributes:
        sentence: The text, which can be said in other languages.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, sentence: Said) -> None:
        """Take the whole sentence: what, where and what to do."""
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        """Return the sentence: an error that is a value of another sentence can be said, too."""
        return self.sentence


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing wrong with a configuration.

    Attributes:
        where: File and, where known, line or key: `crm.xml:7`.
        what: What is wrong, with the value unless it may be a secret.
        remedy: What to do about it.
    """

    where: str
    what: Said
    remedy: Said = NOTHING_SAID

    @property
    def sentence(self) -> Said:
        """One line for a person."""
        where, what = self.where, self.what
        if not self.remedy:
            return said("{where}: {what}", where=where, what=what)
        return said("{where}: {what} - {remedy}", where=where, what=what, remedy=self.remedy)

    def __str__(self) -> str:
        """Return the line for a person."""
        return self.sentence


class ConfigurationError(CRMServiceError):
    """The configuration, the mapping or the ERP schema cannot work; lists all problems at once."""

    exit_code = ExitCode.CONFIGURATION_WRONG

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        """Take every problem found; `problems` must not be empty."""
        self.problems = tuple(problems)
        super().__init__(with_line_ends([one.sentence for one in self.problems]))


class WrongUseError(CRMServiceError):
    """The command was called with arguments that cannot work."""

    exit_code = ExitCode.WRONG_USE


class TransientError(CRMServiceError):
    """It did not work now and may work later.

    While a probe shows that something outside is away, whoever met it pauses, and no try of a
    message is burnt. What one message alone meets again and again while everything outside works
    is its own trouble: its tries are counted.

    Attributes:
        retry_after_seconds: How long the other side asked to wait, if it said so.
    """

    exit_code = ExitCode.SERVER_UNREACHABLE

    def __init__(self, sentence: Said, *, retry_after_seconds: float | None = None) -> None:
        """Compose from a sentence that names the server and what to check."""
        super().__init__(sentence)
        self.retry_after_seconds = retry_after_seconds


class AwayError(TransientError):
    """Something outside is unreachable as a whole, which the error itself shows: no probe is asked.

    Attributes:
        part: What is unreachable, as `/ready` calls it.
    """

    def __init__(self, sentence: Said, part: str) -> None:
        """Compose from a sentence that names what is unreachable and what to check."""
        super().__init__(sentence)
        self.part = part


class HeldElsewhereError(TransientError):
    """Another process does this work; ours stands by."""


class CredentialsRefusedError(CRMServiceError):
    """A server answered and refused the login.

    Attributes:
        retry_after_seconds: How long is left of the wait before anyone may ask again, where one
            lasts already.
    """

    exit_code = ExitCode.CREDENTIALS_REFUSED

    def __init__(self, sentence: Said, *, retry_after_seconds: float | None = None) -> None:
        """Compose from a sentence that names the server and what to check."""
        super().__init__(sentence)
        self.retry_after_seconds = retry_after_seconds


class BrokerRefusedError(CredentialsRefusedError):
    """The broker refused us: only a start with another address or other rights can mend that."""


class PermanentError(CRMServiceError):
    """This message can never be processed as things are: set it aside at once, with the reason."""


class ContractError(PermanentError):
    """A message body that is not what its kind and version promise."""
