"""Every collected file is parsed: no exception, no hang, no flood of memory."""

import resource
import time
from pathlib import Path

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.quotes import split_quotes
from tests.corpora.score import Score, Tally

MOST_SECONDS = 10.0
MOST_MEGABYTES = 300
_NOT_MAIL = (".md", ".jsonl", "LICENSE.txt")


def score(root: Path) -> Score:
    """Parse every file; CPU seconds of each, and the peak memory of the whole process."""
    tally = Tally()
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        if not file.name.endswith(_NOT_MAIL):
            tally.add(f"{file.relative_to(root)}: {(wrong := _wrong(file))}", is_right=not wrong)
    return tally.score("parsed within 10 s and 300 MB")


def _wrong(file: Path) -> str:
    begun = time.process_time()
    try:
        split_quotes(parse_mail(file.read_bytes(), "key").text)
    except Exception as error:  # noqa: BLE001 - any exception is what is looked for
        return f"{type(error).__name__}: {error}"
    seconds = time.process_time() - begun
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if seconds > MOST_SECONDS:
        return f"{seconds:.1f} s"
    return f"{megabytes:.0f} MB" if megabytes > MOST_MEGABYTES else ""
