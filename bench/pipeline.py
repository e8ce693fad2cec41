"""`python -m bench.pipeline`: from the eml directory to committed rows, beside the lower bound.

All sides run in processes of their own, in turns, on the same generated set and kind of database;
the best of the turns counts. `--profile` shows where the time goes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import databases, sides
from bench.mails import SETS
from bench.report import Turns, report
from shared.log import configure_logging

_PASSED_ON = ("mails", "set", "folder")


def main() -> None:
    """Run the benchmark, or one side of it as a child."""
    arguments = _arguments()
    configure_logging("warning")
    if arguments.side:
        _run_side(arguments)
        return
    with databases.running(arguments.database) as fresh:
        if arguments.profile:
            print(_child("ours", arguments.rules, fresh, arguments, "--profile"))
            return
        report(_turns(fresh, arguments), arguments)


def _turns(fresh: databases.Fresh, arguments: argparse.Namespace) -> Turns:
    """Measure each line of the report, turn by turn; few rules have a line beside the full book."""
    sides_by_line = {"full rules": ("ours", "full"), "bare bound": ("bare", "full")}
    if arguments.rules == "few":
        sides_by_line = {"few rules": ("ours", "few"), **sides_by_line}
    turns: Turns = {line: [] for line in sides_by_line}
    for _ in range(arguments.turns):
        for line, (side, rules) in sides_by_line.items():
            turns[line].append(json.loads(_child(side, rules, fresh, arguments)))
    return turns


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000, help="size of the set")
    parser.add_argument("--set", choices=SETS, default="plain", help="which mails")
    parser.add_argument(
        "--rules",
        choices=("few", "full"),
        default="full",
        help="few: beside the full chain, one with the plain activity rules alone",
    )
    parser.add_argument("--database", choices=databases.NAMES, default="sqlite")
    parser.add_argument("--turns", type=int, default=3, help="how often each side runs")
    parser.add_argument("--folder", default=None, help="where the disk is that counts")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    parser.add_argument("--side", choices=("ours", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--url", default=databases.IN_FOLDER, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run_side(arguments: argparse.Namespace) -> None:
    side = sides.ours if arguments.side == "ours" else sides.bare
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        measured = side(Path(folder), arguments)
    if measured:
        print(json.dumps(measured))


def _child(
    side: str, rules: str, fresh: databases.Fresh, arguments: argparse.Namespace, *more: str
) -> str:
    """Return what this script prints as a child: the figures of a side, or a profile."""
    command = [sys.executable, "-m", "bench.pipeline", "--side", side, "--rules", rules, *more]
    for name in _PASSED_ON:
        if given := getattr(arguments, name):
            command += [f"--{name}", str(given)]
    with fresh() as url:
        command += ["--url", url]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this very script
    return done.stdout


if __name__ == "__main__":
    main()
