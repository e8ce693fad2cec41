"""Attachments as files below the ERP's folder (behaviour A-4, strategy `directory`).

A file is named after its mail and its bytes: `crm-<mail id>-<digest>.<suffix>`. So a mail that is
processed again finds its files instead of leaving orphans, and no file ever has to be removed: one
that this database does not name may belong to another database of the same folder. Nothing that
stands there is overwritten either.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from uuid import UUID, uuid4

from shared.durable import discard_forgotten, flush_folder, make_folder, unfinished, write_flushed
from shared.owner import give

FILE_MODE = 0o640
FOLDER_MODE = 0o750
"""The ERP reads the files, as another user: the folder's group is its own. Nobody else does."""

PASSIVE_SUFFIXES = frozenset({
    "7z", "avi", "bmp", "bz2", "csv", "doc", "docx", "dwg", "dxf", "eml", "flac", "gif", "gz",
    "heic", "heif", "ics", "jpeg", "jpg", "m4a", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg",
    "msg", "odp", "ods", "odt", "ogg", "p7m", "p7s", "pdf", "png", "pps", "ppsx", "ppt", "pptx",
    "rar", "rtf", "step", "stp", "tar", "tgz", "tif", "tiff", "txt", "vcf", "vsd", "vsdx",
    "wav", "webm", "webp", "wmv", "xls", "xlsx", "xz", "zip",
})  # fmt: skip
"""What a web server hands out as it is. Any other suffix gets `.bin`: some servers run `.aspx`,
others `.php` or `.shtml`, and a browser runs what is in `.html` and `.svg`."""

WEB_CONFIG = "web.config"
_SERVES_NOTHING = b"""<?xml version="1.0" encoding="utf-8"?>
<!-- Made by CRMService: files that came by mail are never served from here. -->
<configuration>
  <system.webServer>
    <handlers>
      <clear />
    </handlers>
  </system.webServer>
</configuration>
"""
_UNFINISHED = "unfinished"
_HALF = ".part"
_FORGOTTEN_SECONDS = 24 * 3600
_LONGEST_SUFFIX = 10
_DIGEST_LENGTH = 32


@dataclass(slots=True)
class AttachmentFiles:
    """The files of one transaction.

    Attributes:
        erp_folder: The ERP's folder; never made here.
        folder: Where the files lie, relative to it.
    """

    erp_folder: Path
    folder: PurePosixPath
    _shelves: set[Path] = field(default_factory=set)

    def prepare(self) -> None:
        """Make what is missing of the folder, and have no web server serve it.

        What crashes have left half-written a day ago or earlier is removed: no row ever names it.

        Raises:
            OSError: The disk refused, or the ERP's folder is missing.
        """
        base = self.erp_folder / self.folder
        make_folder(base / _UNFINISHED, self.erp_folder, FOLDER_MODE)
        if not (base / WEB_CONFIG).exists():
            self._write(base / WEB_CONFIG, _SERVES_NOTHING)
            flush_folder(base)
        discard_forgotten((base / _UNFINISHED).glob(f"*{_HALF}"), _FORGOTTEN_SECONDS)

    def store(self, mail_id: UUID, name: str, content: bytes) -> PurePosixPath:
        """Store one file of a mail; its path relative to the ERP's folder.

        It is durable after `flush`.

        Args:
            mail_id: The mail.
            name: The file's name in the mail: only its suffix is used.
            content: Its bytes.

        Raises:
            OSError: The disk refused.
        """
        digest = hashlib.sha256(content).hexdigest()
        shelf = self.folder / mail_id.hex[:2]
        for folder in (self.folder / _UNFINISHED, shelf):
            make_folder(self.erp_folder / folder, self.erp_folder, FOLDER_MODE)
        self._shelves.add(self.erp_folder / shelf)
        for stored in _names(f"crm-{mail_id}-{digest[:_DIGEST_LENGTH]}", name):
            target = self.erp_folder / shelf / stored
            if not target.exists():
                self._write(target, content)
                break
            if _holds(target, digest):
                break
        return shelf / stored

    def flush(self) -> None:
        """Make the names of all files stored so far durable.

        Raises:
            OSError: The disk refused.
        """
        for shelf in self._shelves:
            flush_folder(shelf)

    def _write(self, target: Path, content: bytes) -> None:
        # A name of its own: another writer may be at the same mail.
        half = self.erp_folder / self.folder / _UNFINISHED / f"{uuid4()}{_HALF}"
        with unfinished(half):
            write_flushed(half, [content], FILE_MODE, self._own)
            half.rename(target)

    def _own(self, descriptor: int) -> None:
        give(descriptor, self.erp_folder / self.folder)


def suffix_of(name: str) -> str:
    """Return the suffix that a file named `name` is stored with; none a server runs (A-4)."""
    suffix = PurePosixPath(name).suffix[1:].lower()
    if suffix in PASSIVE_SUFFIXES:
        return f".{suffix}"
    plain = suffix.isascii() and suffix.isalnum() and len(suffix) <= _LONGEST_SUFFIX
    return f".{suffix}.bin" if plain else ".bin"


def _names(stem: str, name: str) -> Iterator[str]:
    """Yield names to try: a second one only where somebody has changed the first one's file."""
    suffix = suffix_of(name)
    yield f"{stem}{suffix}"
    yield from (f"{stem}-{number}{suffix}" for number in itertools.count(2))


def _holds(file: Path, digest: str) -> bool:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == digest
