"""A child process that processes hostile mails, each in a fork of its own, and measures it.

Reads lines `NAME<tab>BYTES` and answers with lines of JSON. It is started by a test.
"""

import json
import os
import resource
import sys
from pathlib import Path

from tests.faults.hostile_mails import BUILDERS
from tests.installation import Installation, an_installation

ADDRESS_SPACE = 2 * 1024**3
"""More than any mail may need; so that a mistake harms no other test."""


def main() -> None:
    """Serve until the input ends."""
    installation = an_installation(Path(sys.argv[1]))
    installation.drop("warm.eml", b"From: petr@acme.example\nTo: jan.novak@firma.cz\n\nOrder:1\n")
    installation.run()
    installation.erp.engine.dispose()
    for line in sys.stdin:
        name, _, size = line.partition("\t")
        sys.stdout.write(json.dumps(measured(installation, name, int(size))) + "\n")
        sys.stdout.flush()


def measured(installation: Installation, name: str, size: int) -> dict[str, float | int | str]:
    """Memory and CPU time that a mail takes, above what the process has anyway."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _process(installation, name, size, writing)
    os.close(writing)
    _, status, usage = os.wait4(child, 0)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    if status:
        return {"error": f"ended with {status}: {said}"}
    told = json.loads(said)
    peak = usage.ru_maxrss * 1024
    return {"size": told["size"], "idle": told["idle"], "peak": peak, "seconds": told["seconds"]}


def _process(installation: Installation, name: str, size: int, writing: int) -> None:
    """In the fork: process the mail and tell what it took."""
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        raw = BUILDERS[name](size)
        installation.drop(f"{name} {size}.eml".replace("/", "_"), raw)
        told = len(raw)
        del raw
        before = _cpu_seconds()
        installation.run()
        took = {"size": told, "idle": idle, "seconds": _cpu_seconds() - before}
        code = 0 if len(installation.recorded) == 1 + _WARM else 1
        os.write(writing, json.dumps(took).encode())
    except MemoryError:
        os.write(writing, b"MemoryError")
    finally:
        os._exit(code)


_WARM = 1


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
