"""What a hostile mail takes of memory and CPU time, in a process of its own under a hard limit.

The one test that measures: memory as a bound, time only in comparison of sizes.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.hostile_mails import BUILDERS

MEGABYTE = 1024 * 1024
SIZES = (MEGABYTE // 4, MEGABYTE, 4 * MEGABYTE)
BASE_BYTES = 60 * MEGABYTE
"""What any mail may take above the idle process."""

TIMES_ITS_SIZE = 6
GROWTH = 3
"""Four times the mail may take four times the time, and so much more for what else goes on."""

FLOOR_SECONDS = 0.15
"""Below that, time says nothing."""


class Child:
    """A process that handles mails and tells what they take."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.hostile_child", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, name: str, size: int) -> dict[str, Any]:
        """Size, idle and peak memory in bytes, CPU time in seconds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{name}\t{size}\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def end(self) -> None:
        """End it."""
        self._process.communicate()


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """One process for all mails; each is handled in a fork of it."""
    process = Child(tmp_path_factory.mktemp("hostile"))
    yield process
    process.end()


@pytest.mark.parametrize("name", BUILDERS)
def test_memory_and_time_stay_near_the_size_of_a_mail(child: Child, name: str) -> None:
    """H-2, H-3, H-4, H-6: read, classified and written within 60 MB + 6 N, in linear time."""
    before = FLOOR_SECONDS
    for size in SIZES:
        took = child.measure(name, size)
        assert "error" not in took, took
        assert took["peak"] - took["idle"] <= BASE_BYTES + TIMES_ITS_SIZE * took["size"]
        if size > SIZES[0]:
            assert took["seconds"] <= GROWTH * 4 * before
        before = max(took["seconds"], FLOOR_SECONDS)
