"""Prints what was measured."""

from argparse import Namespace
from collections.abc import Sequence

Measured = dict[str, float]

AIM_RATIO, AIM_MEGABYTES = 0.6, 150
SCALE = (
    "For scale: django-helpdesk 59/s, Roundup 39/s, Odoo 17 14.5/s; bare loops without backup: "
    "standard parser 138/s, Rust parser 729/s."
)


def report(ours: Sequence[Measured], bare: Sequence[Measured], arguments: Namespace) -> None:
    """Print the best of the turns of both sides, the turns, the stages and what became of it."""
    mails, best, least = arguments.mails, _best(ours), _best(bare)
    print(
        f"{mails} mails of the set {arguments.set}, {best['bytes'] / 1e6:.0f} MB,"
        f" {arguments.database}, {arguments.rules} rules; best of {len(ours)} turns\n"
    )
    print(f"{'':14}{'mails/s':>10}{'CPU s/1000':>12}{'peak MB':>10}   turns")
    for name, one, turns in (("CRMService", best, ours), ("bare bound", least, bare)):
        rates = " ".join(f"{mails / turn['seconds']:.0f}" for turn in turns)
        cpu, peak = one["cpu"] / mails * 1000, one["megabytes"]
        print(f"{name:14}{mails / one['seconds']:10.0f}{cpu:12.2f}{peak:10.0f}   {rates}")
    print(f"\nratio {least['seconds'] / best['seconds']:.2f} (aim {AIM_RATIO}), ", end="")
    print(f"memory aim below {AIM_MEGABYTES} MB; one flush {least['flush'] * 1000:.2f} ms\n")
    print("by stage, ms a mail:")
    for name, spent in _under("stage ", best):
        print(f"  {name:22}{spent / mails * 1000:8.3f}")
    print("\nverdicts:")
    for name, count in sorted(_under("verdict ", best), key=lambda one: -one[1]):
        print(f"  {name:34}{count:6.0f}")
    print(f"\n{SCALE}")


def _best(turns: Sequence[Measured]) -> Measured:
    return min(turns, key=lambda one: one["seconds"])


def _under(prefix: str, one: Measured) -> list[tuple[str, float]]:
    return sorted((k.removeprefix(prefix), v) for k, v in one.items() if k.startswith(prefix))
