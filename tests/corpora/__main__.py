"""`python -m tests.corpora [--list]`: scores over the collected mails, with what is not met."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.corpora import bounces, invites, limits, mails, replies
from tests.corpora.score import Score

ROOT = Path("../shared/corpora")
_SHOWN = 5


def main() -> int:
    """Print the scores; 1 if any file breaks the parser's limits."""
    if not (ROOT / "expected.jsonl").is_file():
        sys.stdout.write(f"{ROOT} is not here: nothing is scored\n")
        return 0
    within = limits.score(ROOT)
    for score in (within, *_scores()):
        share = 100 * score.passed / score.total if score.total else 100
        sys.stdout.write(f"{score.name:40} {score.passed:5} of {score.total:5}  {share:5.1f} %\n")
        shown = None if "--list" in sys.argv[1:] else _SHOWN
        for failure in score.failures[:shown]:
            sys.stdout.write(f"    {failure[:200]}\n")
        if shown and len(score.failures) > shown:
            sys.stdout.write(f"    … and {len(score.failures) - shown} more: --list\n")
    return 1 if within.failures else 0


def _scores() -> Iterator[Score]:
    yield from bounces.scores(ROOT)
    yield invites.score(ROOT)
    yield from mails.scores(ROOT)
    yield replies.score(ROOT)


if __name__ == "__main__":
    sys.exit(main())
