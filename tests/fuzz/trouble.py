"""What is wrong with how a part takes an input, and where such inputs are kept."""

import hashlib
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.targets import Target

FOUND = Path("data/fuzz")
_SLOW_SECONDS = 1.0
_SMALL_BYTES = 50_000
"""Larger input may take longer, in proportion."""


def troubles(target: Target, raw: bytes, allowance: float = 1.0) -> str:
    """Return what is wrong with how `target` takes `raw`; empty if nothing is.

    Args:
        target: The part.
        raw: Its input.
        allowance: How many times longer than usual it may take, as when it is instrumented.
    """
    begin = time.process_time()
    try:
        target(raw)
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is looked for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
    # Processor time: a machine that has other work to do is no fault of the parser.
    spent = time.process_time() - begin
    allowed = _SLOW_SECONDS * allowance * max(1, len(raw) / _SMALL_BYTES)
    return f"{len(raw)} bytes took more than {allowed:.1f} s" if spent > allowed else ""


def keep(part: str, raw: bytes, trouble: str) -> None:
    """Write `raw` into the folder of what was found, and say so."""
    FOUND.mkdir(parents=True, exist_ok=True)
    file = FOUND / f"{part}-{hashlib.sha256(raw).hexdigest()[:12]}"
    file.write_bytes(raw)
    sys.stdout.write(f"{file}: {trouble}\n")
    sys.stdout.flush()
