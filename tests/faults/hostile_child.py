"""A process that handles hostile mails, each in a fork of its own, and tells what they take.

Reads lines `NAME<tab>BYTES` and answers each with a line of JSON. A test starts it.
"""

import json
import logging
import os
import resource
import sys
from pathlib import Path

import structlog

from tests.faults.hostile_mails import BUILDERS
from tests.installation import Installation, an_installation

ADDRESS_SPACE = 2 * 1024**3
"""Far more than any mail may take, so that a mistake harms no other test."""

CPU_SECONDS = 120
"""Ends what hangs."""


def main() -> None:
    """Serve until the input ends."""
    silent = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=silent)
    installation = an_installation(Path(sys.argv[1]))
    installation.drop("warm.eml", b"From: petr@acme.example\nTo: jan.novak@firma.cz\n\nOrder:1\n")
    installation.run()
    installation.recorded.clear()
    installation.erp.engine.dispose()
    for line in sys.stdin:
        name, _, size = line.partition("\t")
        sys.stdout.write(json.dumps(_measured(installation, name, int(size))) + "\n")
        sys.stdout.flush()


def _measured(installation: Installation, name: str, size: int) -> dict[str, object]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _handle(installation, name, size, writing)
    os.close(writing)
    _, status, usage = os.wait4(child, 0)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    if status:
        return {"error": f"ended with status {status}"}
    told: dict[str, object] = json.loads(said)
    return told | {"peak": usage.ru_maxrss * 1024}


def _handle(installation: Installation, name: str, size: int, writing: int) -> None:
    """In the fork: fetch, classify and write the mail; ends the process."""
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        raw = BUILDERS[name](size)
        installation.drop(f"{size}.eml", raw)
        took: dict[str, object] = {"size": len(raw), "idle": idle}
        del raw
        before = _cpu_seconds()
        installation.run()
        took["seconds"] = _cpu_seconds() - before
        os.write(writing, json.dumps(took).encode())
        code = 0 if len(installation.recorded) == 1 else 1
    finally:
        os._exit(code)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
