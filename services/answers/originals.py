"""Finds the mails that the original service has backed up, with what its log says (O-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from services.answers.original_log import LoggedMail, decoded, logged_mails, paired
from services.fetcher.sources.file_time import moment_of
from shared.contracts.said import Said, said
from shared.errors import WrongUseError


@dataclass(frozen=True, slots=True)
class Original:
    """A mail as the original service has kept it.

    Attributes:
        file: Its backup.
        written_at: When the backup was written.
        logged: What its log says of the mail; None without a log, or where it says nothing.
    """

    file: Path
    written_at: datetime
    logged: LoggedMail | None = None


def originals_in(folder: Path, log: Path | None, zone: tzinfo) -> list[Original]:
    """Return every `.eml` below `folder`, in the order in which they were written.

    Args:
        folder: The original's `POP3Downloads`, or one of its days.
        log: Its `CRMService.log`.
        zone: The log's times are local there.

    Raises:
        WrongUseError: The folder or the log cannot be read, or there is no mail.
    """
    try:
        files = sorted(
            (moment_of(file.stat().st_mtime), file)
            for file in folder.rglob("*.eml")
            if file.is_file()
        )
        text = decoded(log.read_bytes()) if log else ""
    except OSError as error:
        raise unreadable(error) from None
    if not files:
        raise WrongUseError(
            said("{folder} and its folders hold no .eml file: name POP3Downloads", folder=folder)
        )
    entries = paired([moment for moment, _ in files], logged_mails(text, zone))
    return [
        Original(file, moment, entry) for (moment, file), entry in zip(files, entries, strict=True)
    ]


def read_original(original: Original) -> bytes:
    """Return the mail byte for byte.

    Raises:
        WrongUseError: The file cannot be read.
    """
    try:
        return original.file.read_bytes()
    except OSError as error:
        raise WrongUseError(
            said("{file} cannot be read: {reason}", file=original.file, reason=error.strerror)
        ) from None


def not_logged(originals: Sequence[Original]) -> list[Original]:
    """Return those of which the log says nothing: they may not have been processed."""
    return [one for one in originals if one.logged is None]


def nothing_logged(zone: tzinfo) -> Said:
    """Return what to check where the log has none of the mails: most likely its times' zone."""
    return said(
        "none of the mails is in the log: its times count as {zone}; set timeZone in the box file "
        "to the zone of the original's host, and keep the times of the backup files",
        zone=str(zone),
    )


def unreadable(error: OSError) -> WrongUseError:
    """Return what is said of a file or folder of the original that cannot be read."""
    return WrongUseError(
        said(
            "{filename} cannot be read: {reason}",
            filename=error.filename,
            reason=error.strerror,
        )
    )
