"""Where results and messages for a person go: with styles on a terminal, plain elsewhere."""

from errno import EPIPE
from os import strerror

from rich.console import Console


class _Plain(Console):
    """A console whose reader may go away: what becomes of that is the command line's to say."""

    def on_broken_pipe(self) -> None:
        """Let the error pass; rich would end the process with 1."""
        raise BrokenPipeError(EPIPE, strerror(EPIPE))


def stdout_console() -> Console:
    """Results: styles only on a terminal, and never with NO_COLOR."""
    return _console(stderr=False)


def stderr_console() -> Console:
    """Messages and progress."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = _Plain(stderr=stderr, highlight=False)
    if console.no_color:
        # Rich leaves out colours alone: bold and dim are codes, too, and so is a bar that moves.
        return _Plain(stderr=stderr, highlight=False, color_system=None, force_terminal=False)
    return console
