"""Where results and messages for a person go: with styles on a terminal, plain elsewhere."""

from collections.abc import Iterable
from errno import EPIPE
from os import strerror

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from services.operator.present.visible import visible


class _Plain(Console):
    """A console whose reader may go away: what becomes of that is the command line's to say.

    Only its own styles reach the terminal, whatever texts hold.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render as rich does, with texts made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))

    def on_broken_pipe(self) -> None:
        """Let the error pass; rich would end the process with 1."""
        raise BrokenPipeError(EPIPE, strerror(EPIPE))


def stdout_console() -> Console:
    """Return the console for results: styles only on a terminal, and never with NO_COLOR."""
    return _console(stderr=False)


def stderr_console() -> Console:
    """Return the console for messages and progress."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = _Plain(stderr=stderr, highlight=False)
    if console.no_color:
        # Rich leaves out colours alone: bold and dim are codes, too, and so is a bar that moves.
        return _Plain(stderr=stderr, highlight=False, color_system=None, force_terminal=False)
    return console
