"""What it costs to start: CPU and memory of a command that does next to nothing.

`python -m bench.starts [--turns 5]` starts each command in a process of its own, in turns, and
shows the least CPU time (user and system) and the largest resident set. Services are measured as
far as their imports and the settings of one box, before they connect to anything.
"""

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.mails import mails

PEAK = (
    "import atexit, sys; atexit.register(lambda: sys.stderr.write("
    "open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]));"
)
"""The process tells its own peak: that of its parent would count in `ru_maxrss`."""

CALL = "import sys; sys.argv = {arguments}; from services.operator.main import main; main()"
SERVICE = (
    "import services.operator.commands.{name}; from services.operator.commands.options import"
    " begin_with; from pathlib import Path; begin_with([Path('crm.xml')], 'info')"
)
BOX = """<configuration><appSettings>
<add key="rootPath" value="{folder}" /><add key="pop3Email" value="crm@lisovna.example" />
<add key="emlDir" value="{folder}" /></appSettings></configuration>
"""


def measured(code: str, folder: Path) -> tuple[float, float]:
    """Return seconds of CPU and the largest resident set, in MB, of a process that runs `code`."""
    # An installed program has its bytecode; here it is written by the turn that does not count.
    environment = os.environ | {
        "CRMSERVICE_DATA": str(folder),
        "PYTHONPATH": str(Path.cwd()),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-c", PEAK + code],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(told.stderr.split()[-1]) / 1024


def cases(folder: Path) -> dict[str, str]:
    """Return what is started, by name."""
    calls: dict[str, Sequence[str]] = {
        "--help": ["--help"],
        "explain --help": ["explain", "--help"],
        "explain, one mail": ["explain", str(folder / "a.eml"), "-c", "crm.xml"],
        "list journal": ["list", "journal"],
    }
    found = {name: CALL.format(arguments=["crmservice", *words]) for name, words in calls.items()}
    return found | {name: SERVICE.format(name=name) for name in ("fetcher", "classifier", "writer")}


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.eml").write_bytes(next(mails(1)))
        (folder / "crm.xml").write_text(BOX.format(folder=folder), "utf-8")
        measured(CALL.format(arguments=["crmservice", "init-db"]), folder)
        print(f"Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}\n")
        print("| | CPU s | peak MB |\n|---|---|---|")
        for case, code in cases(folder).items():
            measured(code, folder)
            seconds, megabytes = zip(*(measured(code, folder) for _ in range(turns)), strict=True)
            print(f"| {case} | {min(seconds):.2f} | {max(megabytes):.0f} |")


if __name__ == "__main__":
    main()
