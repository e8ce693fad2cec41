"""How each kind of source is opened, and looked at from outside: the one place that knows."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from services.fetcher.failed import FailedMail, FailedMailNote
from services.fetcher.seen import Seen, seen_file
from services.fetcher.sources.eml_dir import EmlDir
from services.fetcher.sources.mailbox import Mailbox
from services.fetcher.sources.of_box import BoxSource, SourceKind
from services.fetcher.sources.port import EML_DIR_PLACE, Source, SourceReport
from services.fetcher.sources.suspects import Suspects
from shared.contracts.said import NOTHING_SAID, Said, said
from shared.errors import TransientError


def open_source(
    source: BoxSource,
    data: Path,
    clock: Callable[[], datetime],
    set_aside: Callable[[FailedMailNote], None] = lambda _: None,
) -> Source:
    """Make what reads `source`; nothing is connected yet.

    Args:
        source: One of a box.
        data: The data folder.
        clock: Returns the time, aware.
        set_aside: Is told of each note of a mail that cannot be processed.
    """
    box = source.box
    match source.kind:
        case SourceKind.MAILBOX:
            return Mailbox(box, seen_file(data, box), clock, FailedMail(data, set_aside))
        case SourceKind.EML_DIR:
            return EmlDir(box.eml_dir or Path(), box.eml_settle_seconds)


def look_at(
    source: BoxSource, data: Path, clock: Callable[[], datetime]
) -> Mapping[str, SourceReport]:
    """Return the state of each place of `source`, for a process that does not read it.

    Raises:
        TransientError: The fetcher's memory cannot be read.
    """
    box = source.box
    match source.kind:
        case SourceKind.MAILBOX:
            file = seen_file(data, box)
            return _remembered(source, file, clock) if file.exists() else {}
        case SourceKind.EML_DIR:
            if box.eml_dir is None or not box.eml_dir.is_dir():
                return {}
            return {EML_DIR_PLACE: SourceReport(waiting=len(list(box.eml_dir.glob("*.eml"))))}


def trouble_of(source: BoxSource, data: Path) -> Said:
    """Return why a process that does not read `source` cannot know how it stands; empty: it can."""
    match source.kind:
        case SourceKind.MAILBOX:
            return _trouble_of_memory(seen_file(data, source.box))
        case SourceKind.EML_DIR:
            return _trouble_of_directory(source.box.eml_dir or Path())


def _trouble_of_memory(file: Path) -> Said:
    try:
        if file.is_file():
            Seen(file, heals=False).close()
    except TransientError as error:
        return error.sentence
    except OSError:
        # TODAY
        pass
    return NOTHING_SAID


def _trouble_of_directory(folder: Path) -> Said:
    try:
        if folder.is_dir():
            return NOTHING_SAID
    except OSError:
        pass
    return said("emlDir {folder} is not there, or cannot be seen", folder=folder)


def _remembered(
    source: BoxSource, file: Path, clock: Callable[[], datetime]
) -> dict[str, SourceReport]:
    with closing(Seen(file, heals=False)) as seen:
        rounds = seen.rounds()
        held = Suspects(source.box.name, seen.memory, clock).counts()
    reports = {}
    for place in source.places:
        read_at, waiting = rounds.get(place, (None, None))
        reports[place] = SourceReport(read_at, waiting, held.get(place))
    return reports
