"""The same work on many things in several processes, with the results in order."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from shared.contracts.said import Said, said
from shared.errors import CRMServiceError, ExitCode

T = TypeVar("T")
R = TypeVar("R")

Work = Callable[[T], R]

_AHEAD = 2
"""Things that each process has at hand, so that it need not wait for us."""


class ElsewhereError(CRMServiceError):
    """What another process of ours could not do, as it told it."""

    def __init__(self, sentence: Said, code: ExitCode) -> None:
        """Take the sentence and the exit code of the error there."""
        super().__init__(sentence)
        self.exit_code = code


def in_processes(count: int, start: Callable[[], Work[T, R]], things: Iterable[T]) -> Iterator[R]:
    """Yield what the work makes of each thing, in the order of the things.

    Args:
        count: Processes; each has its turn, so the order needs no memory.
        start: Makes the work, once in each process. It is sent there, as things and results are.
        things: Are taken as they are needed.

    Raises:
        ElsewhereError: The work failed in a process, or a process ended.
    """
    helpers: list[_Helper[T, R]] = []
    try:
        helpers += [_Helper(start) for _ in range(count)]
        busy: deque[_Helper[T, R]] = deque()
        for number, thing in enumerate(things):
            helper = helpers[number % count]
            helper.give(thing)
            busy.append(helper)
            if len(busy) == _AHEAD * count:
                yield busy.popleft().result()
        while busy:
            yield busy.popleft().result()
    finally:
        for helper in helpers:
            helper.end()


class _Helper(Generic[T, R]):
    """A process that works for us, and ends when we do: then its pipe has an end."""

    def __init__(self, start: Callable[[], Work[T, R]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, its_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(its_end, start))
        with _interruptions_later():
            self._process.start()
        its_end.close()

    def give(self, thing: T) -> None:
        with suppress(OSError):
            # Whoever asks for the result is told that the process has ended.
            self._pipe.send(thing)

    def result(self) -> R:
        try:
            result, failure = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode
            text = said(
                "a helper process ended with {code}; try again, or with less at once", code=code
            )
            raise ElsewhereError(text, ExitCode.FAILED) from None
        if failure:
            raise ElsewhereError(*failure)
        made: R = result
        return made

    def end(self) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, start: Callable[[], Work[T, R]]) -> None:
    with suppress(EOFError, OSError):
        try:
            work = start()
            while True:
                pipe.send((work(pipe.recv()), None))
        except CRMServiceError as error:
            pipe.send((None, (error.sentence, error.exit_code)))


@contextmanager
def _interruptions_later() -> Iterator[None]:
    """Let Ctrl-C wait in the block; a process that is started there never hears it: we end it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
