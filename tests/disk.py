"""What a power cut would leave of the files that this process writes.

A file survives if its bytes were flushed after they were last changed, and its name and the names
of all its folders were flushed with the folder that holds them. `Disk` watches every flush and
judges by that alone: what was not seen to be flushed is lost.
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Bytes = tuple[int, int]
"""Size and time of the last change."""


@dataclass
class Disk:
    """Watches this process.

    Attributes:
        root: What lies there at the beginning is durable; nothing else is looked at.
        torn: Files that got their names before their bytes were flushed.
    """

    root: Path
    torn: list[Path] = field(default_factory=list)
    _bytes: dict[int, Bytes] = field(default_factory=dict)
    _names: dict[int, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take what is there as durable."""
        for place in (self.root, *self.root.rglob("*")):
            self._flushed(place)

    def watch(self, monkeypatch: pytest.MonkeyPatch, deleting: Callable[[Path], None]) -> None:
        """See every flush, rename and deletion from now on; `deleting` is asked before the last."""
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self._then_flushed(getattr(os, name)))
        for name in ("rename", "replace", "link"):
            monkeypatch.setattr(os, name, self._named(getattr(os, name)))
        for name in ("unlink", "remove"):
            monkeypatch.setattr(os, name, _before(getattr(os, name), deleting))

    def lost(self, folder: Path) -> list[Path]:
        """Files below `folder` that a power cut at this moment would take, wholly or in part."""
        files = [place for place in folder.rglob("*") if place.is_file()]
        return [file for file in files if not self._survives(file)]

    def whole(self, file: Path) -> bool:
        """Whether the bytes of `file` are flushed."""
        found = file.lstat()
        return self._bytes.get(found.st_ino) == (found.st_size, found.st_mtime_ns)

    def _survives(self, file: Path) -> bool:
        return self.whole(file) and self._name_survives(file)

    def _name_survives(self, place: Path) -> bool:
        if place == self.root:
            return True
        names = self._names.get(place.parent.stat().st_ino, {})
        known = names.get(place.name) == place.lstat().st_ino
        return known and self._name_survives(place.parent)

    def _flushed(self, place: Path) -> None:
        found = place.stat()
        if stat.S_ISDIR(found.st_mode):
            self._names[found.st_ino] = {entry.name: entry.inode() for entry in os.scandir(place)}
        else:
            self._bytes[found.st_ino] = (found.st_size, found.st_mtime_ns)

    def _then_flushed(self, flush: Callable[[int], None]) -> Callable[[int], None]:
        def flushed(descriptor: int) -> None:
            flush(descriptor)
            self._flushed(Path(f"/proc/self/fd/{descriptor}"))

        return flushed

    def _named(self, rename: Callable[..., Any]) -> Callable[..., Any]:
        def renamed(source: Any, target: Any, **more: Any) -> Any:
            if stat.S_ISREG(Path(source).lstat().st_mode) and not self.whole(Path(source)):
                self.torn.append(Path(target))
            return rename(source, target, **more)

        return renamed


def _before(delete: Callable[..., Any], deleting: Callable[[Path], None]) -> Callable[..., Any]:
    def deleted(place: Any, **more: Any) -> Any:
        deleting(Path(place))
        return delete(place, **more)

    return deleted
