"""Several writers of one legacy log at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.writer.legacy_log import LegacyLog
from shared.netgenium.database.engine import open_database, write_transaction

WRITERS, TURNS = 4, 20


def write_one_log_together(url: str, file: Path) -> None:
    """Each of four writers records its words and catches up; each line must stand there once."""
    log = LegacyLog(file, ZoneInfo("UTC"))

    def write(number: int) -> None:
        engine = open_database(url)
        for turn in range(TURNS):
            with write_transaction(engine) as connection:
                words = (f"WRITER {number} TURN {turn}", f"TASK {turn} UPDATED")
                log.note(connection, [words], datetime.now(UTC))
            log.catch_up(engine)
        engine.dispose()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    lines = file.read_text("utf-8").splitlines()
    assert all(line.startswith("NOTICE ") for line in lines)
    words = Counter(line.split(" ", 3)[3] for line in lines)
    expected = {
        f"WRITER {number} TURN {turn}": 1 for number in range(WRITERS) for turn in range(TURNS)
    }
    assert words == expected | {f"TASK {turn} UPDATED": WRITERS for turn in range(TURNS)}
