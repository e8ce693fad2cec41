"""Prints what was measured."""

from argparse import Namespace
from collections.abc import Mapping, Sequence

Measured = dict[str, float]
Turns = Mapping[str, list[Measured]]
"""Measured turn by turn, by line of the report; the bound is the last line."""

AIM_RATIO, AIM_MEGABYTES = 0.6, 150
SCALE = (
    "For scale: django-helpdesk 59/s, Roundup 39/s, Odoo 17 14.5/s; bare loops without backup: "
    "standard parser 138/s, Rust parser 729/s."
)


def report(turns: Turns, arguments: Namespace) -> None:
    """Print the best of the turns of each line, all turns, the stages and what became of it."""
    best = {line: _best(measured) for line, measured in turns.items()}
    *ours, bound = turns
    print(
        f"{arguments.mails} mails of the set {arguments.set}, {best[ours[0]]['bytes'] / 1e6:.0f}"
        f" MB, {arguments.database}; best of {arguments.turns} turns\n"
    )
    _print_rates(turns, best, arguments.mails)
    for line in ours:
        pairs = zip(turns[line], turns[bound], strict=True)
        ratios = " ".join(f"{bare['seconds'] / one['seconds']:.2f}" for one, bare in pairs)
        ratio = best[bound]["seconds"] / best[line]["seconds"]
        print(f"ratio of {line} {ratio:.2f} (aim {AIM_RATIO}); turn by turn {ratios}")
    print(f"memory aim below {AIM_MEGABYTES} MB; one flush {best[bound]['flush'] * 1000:.2f} ms\n")
    print(f"{'by stage, ms a mail':36}" + "".join(f"{line:>12}" for line in ours))
    _print_table("stage ", [best[line] for line in ours], 1000 / arguments.mails, 3)
    print("\nverdicts")
    _print_table("verdict ", [best[line] for line in ours], 1, 0)
    print(f"\n{SCALE}")


def _print_rates(turns: Turns, best: Mapping[str, Measured], mails: int) -> None:
    print(f"{'':14}{'mails/s':>10}{'CPU s/1000':>12}{'peak MB':>10}   turns")
    for line, measured in turns.items():
        one, rates = best[line], " ".join(f"{mails / turn['seconds']:.0f}" for turn in measured)
        cpu, peak = one["cpu"] / mails * 1000, one["megabytes"]
        print(f"{line:14}{mails / one['seconds']:10.0f}{cpu:12.2f}{peak:10.0f}   {rates}")
    print()


def _print_table(prefix: str, columns: Sequence[Measured], factor: float, digits: int) -> None:
    names = sorted({name for column in columns for name in column if name.startswith(prefix)})
    for name in names:
        cells = "".join(f"{column.get(name, 0) * factor:12.{digits}f}" for column in columns)
        print(f"  {name.removeprefix(prefix):34}{cells}")


def _best(turns: Sequence[Measured]) -> Measured:
    return min(turns, key=lambda one: one["seconds"])
