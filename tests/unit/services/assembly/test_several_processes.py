"""The same work in several processes."""

import os
from collections.abc import Callable
from functools import partial

import pytest

from services.assembly.several_processes import ElsewhereError, in_processes
from shared.contracts.said import said
from shared.errors import ExitCode, TransientError


def test_results_come_in_the_order_of_the_things() -> None:
    """C-3: whichever process is the quicker, and one that fails tells why and ends the others."""
    results = in_processes(2, partial(_start, "seven"), range(8))

    told = [next(results) for _ in range(7)]

    assert [number for number, _ in told] == list(range(7))
    assert len({process for _, process in told} | {os.getpid()}) == 3
    with pytest.raises(ElsewhereError, match="seven") as failure:
        next(results)
    assert failure.value.exit_code == ExitCode.SERVER_UNREACHABLE
    assert list(results) == []


def test_a_process_that_dies_is_told() -> None:
    """C-3: as one that had too little memory; nobody waits for it."""
    with pytest.raises(ElsewhereError, match="ended with 9"):
        list(in_processes(1, _dying, range(3)))


def _start(sentence: str) -> Callable[[int], tuple[int, int]]:
    def work(number: int) -> tuple[int, int]:
        if number == 7:
            raise TransientError(said("number {sentence}", sentence=sentence))
        return number, os.getpid()

    return work


def _dying() -> Callable[[int], int]:
    return lambda _: os._exit(9)
